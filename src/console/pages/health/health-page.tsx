/** How the process behind this page is: its stores, its graph, its ledger, and whether all of its models have a price. */
import type { ReactNode } from 'react';
import { useQuery } from '../../data/use-query.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures } from '../../parts/figure.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { HealthDocument, type HealthQuery } from './health.generated.ts';

/** A page that is left open for an hour asks some hundred times. */
const everyMs = 30_000;
const bytesPerMegabyte = 1_000_000;

export function HealthPage() {
  const { data, problem, refresh } = useQuery(HealthDocument, {}, { everyMs });
  return (
    <PageFrame title="Health" about="How the process behind this page is: its stores, its graph, its ledger and its prices.">
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && <Report health={data.aiHealth} />}
    </PageFrame>
  );
}

type Health = HealthQuery['aiHealth'];

function Report({ health }: { readonly health: Health }) {
  const { version, startedAt, memoryBytes, storeProblems, ledger, graph, unpricedDeployments } = health;
  return (
    <>
      <Figures>
        <Figure label="Version">{version}</Figure>
        <Figure label="Running since">
          <Time at={startedAt} />
        </Figure>
        <Figure label="Memory" note="resident">
          <Count of={memoryBytes === null ? null : Math.round(memoryBytes / bytesPerMegabyte)} /> MB
        </Figure>
        <Figure label="Rows on their way" note="of calls, not in reports yet">
          <Count of={ledger?.waitingCalls} />
        </Figure>
      </Figures>
      <div className="fields">
        <Check name="Stores" isWell={storeProblems?.length === 0} well="They answer." sentences={storeProblems ?? []} />
        <Check
          name="Ledger"
          isWell={ledger?.writable === true}
          well="Usage is recorded."
          sentences={['Usage cannot be recorded, so no paid call begins. Look at the disk of the state folder.']}
        />
        <Check
          name="Graph"
          isWell={graph?.ready === true && graph.reasons.length === 0}
          isUsable={graph?.ready === true}
          well="It is what its sources say now."
          sentences={graph?.reasons ?? []}
        >
          <GraphFacts graph={graph} />
        </Check>
        <Check
          name="Prices"
          isWell={unpricedDeployments?.length === 0}
          isUsable
          well="Every model has one."
          sentences={(unpricedDeployments ?? []).map(
            (id) => `${id} has no price: its calls are in no budget. Give it a price in the configuration.`,
          )}
        />
      </div>
      <DataTable
        caption="Subgraphs"
        isCaptionShown
        rows={graph?.subgraphs ?? []}
        keyOf={({ name }) => name}
        empty={
          <Empty title="The graph has no other subgraphs.">
            <p>Subgraphs of other teams stand here once graph.subgraphs or graph.supergraph names them.</p>
          </Empty>
        }
        columns={[
          { name: 'Subgraph', cell: ({ name }) => name },
          {
            name: 'When it was asked last',
            cell: ({ answered }) =>
              answered === null ? (
                <span className="hint">not asked yet</span>
              ) : (
                <span className={`tag ${answered ? 'tag-good' : 'tag-bad'}`}>{answered ? 'it answered' : 'no answer'}</span>
              ),
          },
          {
            name: 'Breaker',
            cell: ({ breaker }) => <span className={`tag ${breaker === 'CLOSED' ? '' : 'tag-warn'}`}>{breaker.toLowerCase()}</span>,
          },
        ]}
      />
    </>
  );
}

interface CheckProps {
  readonly name: string;
  readonly isWell: boolean;
  /** It works nevertheless. */
  readonly isUsable?: boolean;
  readonly well: string;
  readonly sentences: readonly string[];
  readonly children?: ReactNode;
}

function Check({ name, isWell, isUsable = false, well, sentences, children }: CheckProps) {
  const [tag, word] = isWell ? ['tag-good', 'well'] : isUsable ? ['tag-warn', 'look at it'] : ['tag-bad', 'broken'];
  return (
    <section className="card stack" aria-label={name}>
      <div className="actions">
        <h2>{name}</h2>
        <span className={`tag ${tag}`}>{word}</span>
      </div>
      {isWell ? <p>{well}</p> : sentences.map((sentence) => <p key={sentence}>{sentence}</p>)}
      {children}
    </section>
  );
}

const GraphFacts = ({ graph }: { readonly graph: Health['graph'] }) =>
  graph === null ? null : (
    <p className="hint">
      {graph.since !== null && (
        <>
          Served since <Time at={graph.since} />
          {graph.engine === null ? '. ' : `, by the ${graph.engine}. `}
        </>
      )}
      {graph.hash !== null && (
        <>
          Schema <code title={graph.hash}>{graph.hash.slice(0, 12)}</code>
        </>
      )}
    </p>
  );
