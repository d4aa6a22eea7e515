import { useQuery } from '../../data/use-query.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures, Money } from '../../parts/figure.tsx';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type FieldFigures, percent } from './field-figures.ts';
import { FieldAskersDocument, type FieldsQuery } from './fields.generated.ts';
import { TryField } from './try-field.tsx';

export interface FieldDetailProps {
  readonly field: FieldsQuery['aiFields'][number];
  readonly figures: FieldFigures;
  readonly range: { readonly from: string; readonly to: string };
  readonly seesUsage: boolean;
  readonly onClose: () => void;
}

export function FieldDetail({ field, figures, range, seesUsage, onClose }: FieldDetailProps) {
  const { coordinate, description, type, ceiling, typical, scopes, source, keys, arguments: args } = field;
  const { spend, cacheRate } = figures;
  return (
    <section className="card stack" aria-labelledby="field-name">
      <div className="modal-head">
        <h2 id="field-name">{coordinate}</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      {description !== null && <p className="field-description">{description}</p>}
      <Figures>
        <Figure
          label="One call at most"
          note={`${ceiling.inputTokens.toLocaleString()} tokens in, ${ceiling.outputTokens.toLocaleString()} out`}
        >
          <Money amount={ceiling.cost?.amount} />
        </Figure>
        {seesUsage && (
          <>
            <Figure
              label="Typically"
              note={
                typical
                  ? `of the last ${typical.answers.toLocaleString()} answers, in ${typical.latencyMs.toLocaleString()} ms`
                  : 'no answer yet'
              }
            >
              {typical ? <Money amount={typical.cost?.amount} /> : '–'}
            </Figure>
            <Figure label="Spent" note={spend ? `${spend.usage.totalTokens.toLocaleString()} tokens` : 'nothing was asked'}>
              {spend ? <Money amount={spend.usage.cost?.amount} /> : '–'}
            </Figure>
            <Figure label="Calls" note={`${spend?.failures ?? 0} failed, ${percent(cacheRate)} by caches`}>
              <Count of={spend?.calls ?? 0} />
            </Figure>
          </>
        )}
      </Figures>
      <p className="hint">
        It gives <code>{type}</code>
        {keys.length > 0 && (
          <>
            , on an entity whose key is <code>{keys.join(' or ')}</code>
          </>
        )}
        {source !== null && (
          <>
            , from <code>{source}</code>
          </>
        )}
        . {scopes === null ? 'It asks for no scope.' : `It asks for ${scopes.map((all) => all.join(' and ')).join(', or ')}.`}
      </p>
      {args.length > 0 && (
        <DataTable
          caption="Arguments"
          isCaptionShown
          rows={args}
          keyOf={({ name }) => name}
          empty={null}
          columns={[
            { name: 'Argument', cell: ({ name }) => <code>{name}</code> },
            { name: 'Type', cell: ({ type: of }) => <code>{of}</code> },
            { name: 'When left out', cell: ({ defaultValue }) => (defaultValue === null ? '–' : <code>{defaultValue}</code>) },
            { name: 'What it is for', cell: ({ description: of }) => of ?? '–' },
          ]}
        />
      )}
      {seesUsage && <Askers coordinate={coordinate} range={range} />}
      <TryField field={field} />
    </section>
  );
}

function Askers({ coordinate, range }: { readonly coordinate: string; readonly range: FieldDetailProps['range'] }) {
  const { data, problem, isLoading, refresh } = useQuery(FieldAskersDocument, { coordinate, ...range });
  return (
    <>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <DataTable
        caption="Who asks for it"
        isCaptionShown
        isLoading={isLoading}
        rows={data?.aiUsage.rows ?? []}
        keyOf={({ operation, client }) => JSON.stringify([operation, client])}
        empty={
          <Empty title="Nobody has asked for it in this time.">
            <p>Operations and clients stand here, by what they have cost. Send apollographql-client-name so that a client has a name.</p>
          </Empty>
        }
        columns={[
          { name: 'Operation', cell: ({ operation }) => operation ?? <span className="hint">(unnamed)</span> },
          { name: 'Client', cell: ({ client }) => client ?? <span className="hint">(no name)</span> },
          { name: 'Calls', isNumber: true, cell: ({ calls }) => <Count of={calls} /> },
          { name: 'Failed', isNumber: true, cell: ({ failures }) => <Count of={failures} /> },
          { name: 'Tokens', isNumber: true, cell: ({ usage }) => <Count of={usage.totalTokens} /> },
          { name: 'Spent', isNumber: true, cell: ({ usage }) => <Money amount={usage.cost?.amount} /> },
        ]}
      />
    </>
  );
}
