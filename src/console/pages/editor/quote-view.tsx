import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures, Money } from '../../parts/figure.tsx';
import { Empty } from '../../parts/page-frame.tsx';
import type { Quote } from './quote-desk.ts';

/** What it costs at most: the whole, and each AI field. It is what the gutter says, for those who do not see it. */
export function QuoteView({ quote }: { readonly quote: Quote }) {
  const { cost, inputTokens, outputTokens, depth, demand, allowed, reason, fields } = quote;
  const calls = fields.reduce((sum, field) => sum + field.calls, 0);
  return (
    <>
      {!allowed && <p className="editor-wrong">It would be refused now: {reason}</p>}
      <Figures>
        <Figure label="It costs at most" note={allowed ? 'you may run it' : 'you may not run it now'}>
          <Money amount={cost?.amount} />
        </Figure>
        <Figure label="Calls of models" note="at most">
          <Count of={calls} />
        </Figure>
        <Figure label="Tokens" note={`${inputTokens.toLocaleString()} in, ${outputTokens.toLocaleString()} out, at most`}>
          <Count of={inputTokens + outputTokens} />
        </Figure>
        <Figure
          label="Levels of fields"
          note={demand === null ? undefined : `asks subgraphs for ${demand.toLocaleString()} at most, by their @cost`}
        >
          <Count of={depth} />
        </Figure>
      </Figures>
      <DataTable
        caption="Each AI field at most"
        isCaptionShown
        rows={fields}
        keyOf={({ path }) => path}
        empty={
          <Empty title="It asks no model.">
            <p>Each AI field that you ask for stands here with its price. The page Fields lists them all.</p>
          </Empty>
        }
        columns={[
          { name: 'Where', cell: ({ path }) => <code>{path}</code> },
          { name: 'Field', cell: ({ coordinate }) => coordinate },
          { name: 'Line', isNumber: true, cell: ({ line }) => <Count of={line} /> },
          { name: 'Calls', isNumber: true, cell: ({ calls: of }) => <Count of={of} /> },
          { name: 'At most', isNumber: true, cell: ({ cost: of }) => <Money amount={of?.amount} /> },
        ]}
      />
    </>
  );
}
