import { refusalOf } from '../../../client/transport/request-error.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures, Money, msText } from '../../parts/figure.tsx';
import { Problem } from '../../parts/problem.tsx';
import type { OperationRun } from './operation-run.ts';

/** `extensions.usage` of a result. */
interface Usage {
  readonly cost: string | null;
  readonly totalTokens: number;
  readonly calls: readonly {
    readonly callId: string;
    readonly coordinate: string;
    readonly model: string | null;
    readonly route: string;
    readonly cache: string;
    readonly cost: string | null;
    readonly latencyMs: number;
  }[];
}

const maxErrors = 10;
/** A page with megabytes of text does not scroll. */
const maxShown = 200_000;

/** What came of a run: errors in the gateway's sentences, what it has cost, and the data. */
export function RunView({ run }: { readonly run: OperationRun }) {
  const { isRunning, isStopped, data, events, eventCount, errors, extensions, problem, tookMs } = run;
  const usage = (extensions['usage'] ?? null) as Usage | null;
  const said = isRunning ? 'running' : isStopped ? 'stopped' : problem !== null || (data === null && eventCount === 0) ? 'failed' : 'done';
  return (
    <section className="stack" aria-labelledby="run-name">
      <div className="actions">
        <h2 id="run-name">What came</h2>
        <span className={`tag ${said === 'done' ? 'tag-good' : said === 'failed' ? 'tag-bad' : said === 'stopped' ? 'tag-warn' : ''}`}>
          {said}
        </span>
        <span className="hint">
          {!isRunning && `in ${msText(tookMs)}`}
          {eventCount > 0 && `, ${eventCount.toLocaleString()} events`}
        </span>
      </div>
      <p className="unseen" role="status">
        {isRunning ? '' : `The operation is ${said}.`}
      </p>
      {problem !== null && <Problem problem={problem} />}
      {errors.slice(0, maxErrors).map((error, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: errors are added at the end alone.
        <Problem key={index} problem={refusalOf([error])}>
          {error.path !== undefined && (
            <p className="hint">
              At <code>{error.path.join('.')}</code>
            </p>
          )}
        </Problem>
      ))}
      {errors.length > maxErrors && <p className="hint">And {(errors.length - maxErrors).toLocaleString()} errors more.</p>}
      {usage !== null && <UsageView usage={usage} />}
      {(data !== null || events.length > 0) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard.
        <section className="editor-result" aria-label="Data" tabIndex={0}>
          <pre>
            {events.length > 0 ? shown(events.map((event) => JSON.stringify(event)).join('\n')) : shown(JSON.stringify(data, null, 2))}
          </pre>
        </section>
      )}
      {eventCount > events.length && <p className="hint">The last {events.length.toLocaleString()} events are shown.</p>}
    </section>
  );
}

const shown = (text: string): string =>
  text.length <= maxShown ? text : `${text.slice(0, maxShown)}\n… and ${(text.length - maxShown).toLocaleString()} characters more`;

const UsageView = ({ usage: { cost, totalTokens, calls } }: { readonly usage: Usage }) => (
  <>
    <Figures>
      <Figure label="It has cost">
        <Money amount={cost} />
      </Figure>
      <Figure label="Tokens">
        <Count of={totalTokens} />
      </Figure>
      <Figure label="Calls">
        <Count of={calls.length} />
      </Figure>
    </Figures>
    <DataTable
      caption="Calls of this run"
      isCaptionShown
      rows={calls}
      keyOf={({ callId, coordinate }) => `${callId} ${coordinate}`}
      empty={null}
      columns={[
        { name: 'Field', cell: ({ coordinate }) => coordinate },
        { name: 'Route', cell: ({ route }) => route },
        { name: 'Model', cell: ({ model }) => model ?? '–' },
        { name: 'Cache', cell: ({ cache }) => cache.toLowerCase() },
        { name: 'Took', isNumber: true, cell: ({ latencyMs }) => msText(latencyMs) },
        { name: 'Cost', isNumber: true, cell: ({ cost: of }) => <Money amount={of} /> },
      ]}
    />
  </>
);
