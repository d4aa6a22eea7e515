/** All that the ledger keeps of one call, found by any id that its caller saw. What was asked and answered is not kept. */
import type { ReactNode } from 'react';
import { useQuery } from '../../../data/use-query.ts';
import { useHashSearch } from '../../../location/hash-location.ts';
import { CopyField } from '../../../parts/copy-field.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { Count, Figure, Figures, Money, msText } from '../../../parts/figure.tsx';
import { Empty } from '../../../parts/page-frame.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { Time } from '../../../parts/time.tsx';
import { OneCallDocument, type OneCallQuery } from '../spend.generated.ts';
import { hrefWith } from '../spend-state.ts';
import { Outcome } from './calls-view.tsx';

export function OneCallView({ id }: { readonly id: string }) {
  const search = useHashSearch();
  const { data, problem, refresh } = useQuery(OneCallDocument, { id });
  return (
    <section className="stack" aria-label="A call">
      <div className="actions">
        <h2>A call</h2>
        <a href={hrefWith(search, { call: '' })}>Back</a>
      </div>
      {problem !== null && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && data.aiCall === null && (
        <Empty title="No call with this id is in the ledger, or it is not yours to see.">
          <p>
            Look for the id of a completion, a <code>callId</code> of <code>extensions.usage</code>, or the <code>errorId</code> of a failed
            call. What was refused before a model was asked is in the log alone.
          </p>
        </Empty>
      )}
      {data !== null && data.aiCall !== null && <Call call={data.aiCall} />}
    </section>
  );
}

function Call({ call }: { readonly call: NonNullable<OneCallQuery['aiCall']> }) {
  const { usage, savedCost, latencyMs, timeToFirstTokenMs, uses, attempts, refusedBy } = call;
  return (
    <>
      <Figures>
        <Figure label="Outcome">
          <Outcome outcome={call.outcome} cache={call.cache} />
        </Figure>
        <Figure label="Cost" note={/[1-9]/.test(savedCost.amount) ? <Saved amount={savedCost.amount} /> : undefined}>
          <Money amount={usage.cost?.amount} />
        </Figure>
        <Figure label="Tokens">
          <Count of={usage.totalTokens} />
        </Figure>
        <Figure label="Took" note={timeToFirstTokenMs === null ? undefined : `first token after ${msText(timeToFirstTokenMs)}`}>
          {msText(latencyMs)}
        </Figure>
      </Figures>
      {refusedBy !== null && (
        <p className="card">
          The guardrail <strong>{refusedBy.guardrail}</strong> refused{' '}
          {refusedBy.on === 'INPUT' ? 'what was asked' : 'what the model answered'}.
        </p>
      )}
      <dl className="facts card">
        <Fact name="Began">
          <Time at={call.time} />
        </Fact>
        <Fact name="Asked by">{call.principalName === null ? call.principal : `${call.principalName} (${call.principal})`}</Fact>
        <Fact name="User">{call.userName ?? call.user}</Fact>
        <Fact name="Agent">{call.agent}</Fact>
        <Fact name="Session">{call.session}</Fact>
        <Fact name="Team">{call.team}</Fact>
        <Fact name="Organisation">{call.organisation}</Fact>
        <Fact name="Operation">{call.operation ?? '(unnamed)'}</Fact>
        <Fact name="Client">{call.client}</Fact>
        <Fact name="Document">{call.documentId}</Fact>
        <Fact name="Route">{call.route}</Fact>
        <Fact name="Deployment">{call.deployment}</Fact>
        <Fact name="Model">{call.model === null ? null : `${call.model} of ${call.provider ?? 'a provider'}`}</Fact>
        <Fact name="Cache">{call.cache}</Fact>
        {call.tags.map(({ name, value }) => (
          <Fact key={name} name={`Tag ${name}`}>
            {value}
          </Fact>
        ))}
      </dl>
      <DataTable
        caption="What was tried, in order"
        isCaptionShown
        columns={[
          { name: 'Deployment', cell: ({ deployment }) => deployment },
          { name: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} cache="" /> },
          { name: 'Took', cell: (attempt) => msText(attempt.latencyMs), isNumber: true },
        ]}
        rows={attempts.map((attempt, index) => ({ ...attempt, index }))}
        keyOf={({ index }) => String(index)}
        empty={<p className="hint">No model was asked.</p>}
      />
      <DataTable
        caption="What it answered"
        isCaptionShown
        columns={[
          { name: 'Field', cell: ({ coordinate }) => coordinate },
          { name: 'Tokens', cell: (use) => <Count of={use.usage.totalTokens} />, isNumber: true },
          { name: 'Share of the cost', cell: (use) => <Money amount={use.usage.cost?.amount} />, isNumber: true },
        ]}
        rows={uses.map((use, index) => ({ ...use, index }))}
        keyOf={({ index }) => String(index)}
        empty={null}
      />
      <CopyField label="Id of the call" text={call.id} />
      {call.completionId !== null && (
        <p className="hint">It is the completion with the same id: its owner reads it by completionById, while it is kept.</p>
      )}
      {call.errorId !== null && <CopyField label="errorId" text={call.errorId} />}
    </>
  );
}

const Saved = ({ amount }: { readonly amount: string }) => (
  <>
    saved: <Money amount={amount} />
  </>
);

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return children === null ? null : (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}
