import { useState } from 'react';
import type { AnswerSnapshot } from '../../../client/live-answer.ts';
import { useCompletion } from '../../../client/react/hooks.ts';
import { Markdown } from '../../../client/react/markdown/answer-markdown.tsx';
import { useAction } from '../../data/use-action.ts';
import { useQuery } from '../../data/use-query.ts';
import { Count, Figure, Figures, Money } from '../../parts/figure.tsx';
import { Problem } from '../../parts/problem.tsx';
import { announce } from '../../parts/toasts.tsx';
import { Citations } from './citations.tsx';
import { CopyRun } from './copy-run.tsx';
import { RateRunDocument, RunDetailsDocument } from './playground.generated.ts';
import type { Asked, Run } from './runs.ts';

const said: Readonly<Record<AnswerSnapshot['status'], string>> = {
  idle: 'waiting',
  connecting: 'connecting',
  streaming: 'writing',
  reconnecting: 'connecting again',
  stopping: 'stopping',
  completed: 'done',
  failed: 'failed',
  cancelled: 'stopped',
};
const toneOf = ({ status }: AnswerSnapshot): string =>
  status === 'completed' ? 'tag-good' : status === 'failed' ? 'tag-bad' : status === 'cancelled' ? 'tag-warn' : '';

export function RunPane({ run, asked, onRepeat }: { readonly run: Run; readonly asked: Asked; readonly onRepeat: () => void }) {
  const growing = useCompletion(run.answer);
  const shown = run.ended ?? growing;
  const { text, parts, object, citations, failure, usage, provenance, warnings } = shown;
  const reasoning = parts.flatMap((part) => (part.__typename === 'ReasoningPart' ? [part.text] : [])).join('');
  return (
    <section className="card stack run" aria-label={`Answer of the route ${run.route}`}>
      <header className="run-head">
        <h2>{run.route}</h2>
        <span className={`tag ${toneOf(shown)}`}>{said[shown.status]}</span>
        {run.answer !== null && (
          <button
            type="button"
            className="danger"
            onClick={() => void run.answer?.cancel().catch(() => announce('It could not be stopped: try again.'))}
          >
            Stop
          </button>
        )}
      </header>
      {/* Read aloud when it has ended: a growing text is noise. */}
      <p className="unseen" role="status">
        {run.ended === null ? '' : `The answer of ${run.route} is ${said[run.ended.status]}.`}
      </p>
      {reasoning !== '' && (
        <details>
          <summary>Reasoning</summary>
          <p className="run-reasoning hint">{reasoning}</p>
        </details>
      )}
      {object !== null ? (
        <pre className="run-text">{JSON.stringify(object, null, 2)}</pre>
      ) : (
        <div className="run-text">
          <Markdown text={text} headingLevel={3} />
        </div>
      )}
      {failure && shown.status !== 'cancelled' && <Problem problem={failure} onRetry={onRepeat} />}
      {warnings.map((warning) => (
        <p className="hint" key={warning}>
          {warning}
        </p>
      ))}
      {citations.length > 0 && <Citations citations={citations} />}
      {usage !== null && (
        <Figures>
          <Figure label="Cost" note={usage.estimated ? 'estimated' : undefined}>
            <Money amount={usage.cost?.amount} />
          </Figure>
          <Figure label="Tokens" note={`${usage.totalTokens - usage.outputTokens} in, ${usage.outputTokens} out`}>
            <Count of={usage.totalTokens} />
          </Figure>
          <Figure label="First words" note="ms">
            <Count of={provenance?.timeToFirstTokenMs} />
          </Figure>
          <Figure label="Whole" note="ms">
            <Count of={provenance?.latencyMs} />
          </Figure>
        </Figures>
      )}
      {run.ended !== null && (
        <footer className="actions">
          {run.id !== null && <Rating id={run.id} />}
          <button type="button" onClick={onRepeat}>
            Ask again
          </button>
          <CopyRun asked={asked} route={run.route} />
        </footer>
      )}
      {run.ended !== null && run.id !== null && provenance !== null && (
        <Tried id={run.id} model={provenance.model} cache={provenance.cache} />
      )}
    </section>
  );
}

/** Which deployments were tried, in order. */
function Tried({ id, model, cache }: { readonly id: string; readonly model: string; readonly cache: string }) {
  const { data } = useQuery(RunDetailsDocument, { id });
  const attempts = data?.completionById?.provenance?.attempts ?? [];
  return (
    <p className="hint">
      {cache === 'HIT' ? 'A kept answer; ' : ''}model <code>{model}</code>
      {attempts.length > 0 && (
        <>
          , tried:{' '}
          {attempts.map(({ deployment, outcome, latencyMs }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: one deployment may be tried twice, and the list does not change.
            <span key={`${deployment} ${at}`}>
              {at > 0 && ', then '}
              <code>{deployment}</code> {outcome} in {latencyMs} ms
            </span>
          ))}
        </>
      )}
      . Completion <code>{id}</code>
    </p>
  );
}

function Rating({ id }: { readonly id: string }) {
  const { run, problem } = useAction(RateRunDocument);
  const [score, setScore] = useState(0);
  async function rate(to: number): Promise<void> {
    if ((await run({ id, score: to })) !== null) setScore(to);
  }
  return (
    <>
      <button type="button" aria-pressed={score > 0} onClick={() => void rate(1)}>
        Good
      </button>
      <button type="button" aria-pressed={score < 0} onClick={() => void rate(-1)}>
        Bad
      </button>
      {problem && <Problem problem={problem} />}
    </>
  );
}
