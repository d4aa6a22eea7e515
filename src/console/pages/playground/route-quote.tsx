/** What asking can cost at most, before it is asked. A quote asks no model and costs nothing. */
import { useEffect, useState } from 'react';
import { addDecimal } from '../../../client/decimal.ts';
import { useQuery } from '../../data/use-query.ts';
import { Money } from '../../parts/figure.tsx';
import { QuoteRunDocument } from './playground.generated.ts';
import { type Asked, inputOf } from './runs.ts';

const afterTypingMs = 300;

export function RouteQuote({ asked, routes }: { readonly asked: Asked; readonly routes: readonly string[] }) {
  const [settled, setSettled] = useState({ asked, routes });
  const text = JSON.stringify({ asked, routes });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `text` stands for both.
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ asked, routes }), afterTypingMs);
    return () => clearTimeout(timer);
  }, [text]);

  const { document, variables } = quoted(settled.asked, settled.routes);
  const { data } = useQuery(QuoteRunDocument, { document, variables }, { isPaused: settled.asked.text.trim() === '' });
  if (data === null || settled.asked.text.trim() === '') return null;
  const { cost, allowed, reason } = data.aiQuote;
  if (!allowed) return <span className="hint">It would be refused: {reason}</span>;
  return (
    <span className="hint">
      At most <Money amount={cost === null ? null : addDecimal(cost.amount)} />
      {routes.length > 1 && ' for all routes together'}.
    </span>
  );
}

/** All routes as one operation, an alias each. */
function quoted(asked: Asked, routes: readonly string[]) {
  const [field, type] = asked.collection === '' ? ['completion', 'CompletionInput'] : ['aiAnswer', 'AiAnswerInput'];
  const document = `query Quoted(${routes.map((_, at) => `$i${at}: ${type}!`).join(', ')}) { ${routes
    .map((_, at) => `r${at}: ${field}(input: $i${at}) { __typename }`)
    .join(' ')} }`;
  return { document, variables: Object.fromEntries(routes.map((route, at) => [`i${at}`, inputOf(asked, route)])) };
}
