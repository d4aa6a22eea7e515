import { type DragEvent, useId, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count } from '../../parts/figure.tsx';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { AddDocumentsDocument, type IngestionRowFragment } from './documents.generated.ts';
import { accepted, batchesOf, mediaTypeOf, sourceOf } from './read-files.ts';
import { useIngestions } from './use-ingestions.ts';

/** Takes files, and shows what becomes of them: also of those that were given before the page was left. */
export function AddDocuments({ collection, onChange }: { readonly collection: string; readonly onChange: () => void }) {
  const { rows, problem, refresh } = useIngestions(collection, onChange);
  const adding = useAction(AddDocumentsDocument);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [isOver, setOver] = useState(false);
  const id = useId();

  async function add(files: readonly File[]): Promise<void> {
    setRefused(files.filter(({ name }) => mediaTypeOf(name) === null).map(({ name }) => name));
    for (const batch of batchesOf(files.filter(({ name }) => mediaTypeOf(name) !== null))) {
      const sources = await Promise.all(batch.map(sourceOf));
      if ((await adding.run({ input: { collection, sources } })) === null) break;
      refresh();
    }
  }
  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    void add([...event.dataTransfer.files]);
  }

  return (
    <section className="stack" aria-label="Add documents">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button below does the same. */}
      <div
        className={`drop ${isOver ? 'drop-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label htmlFor={id}>Drop files here, or choose them:</label>
        <input
          id={id}
          type="file"
          multiple
          accept={accepted}
          disabled={adding.isRunning}
          onChange={(event) => {
            void add([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <small>Markdown, text, HTML, PDF and Word. A file of the same name replaces the one before; an unchanged one costs nothing.</small>
      </div>
      {refused.length > 0 && <p className="problem">These cannot be read: {refused.join(', ')}.</p>}
      {adding.problem && <Problem problem={adding.problem} />}
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {rows !== null && <Ingestions rows={rows} />}
    </section>
  );
}

const Ingestions = ({ rows }: { readonly rows: readonly IngestionRowFragment[] }) => (
  <DataTable
    caption="What you have added in the last seven days"
    isCaptionShown
    rows={rows}
    keyOf={({ id }) => id}
    empty={<Empty title="You have added nothing in the last seven days." />}
    columns={[
      { name: 'When', cell: ({ startedAt }) => <Time at={startedAt} /> },
      { name: 'How far', cell: (row) => <Progress row={row} /> },
      { name: 'Unchanged', isNumber: true, cell: ({ unchanged }) => <Count of={unchanged} /> },
      {
        name: 'Not taken',
        cell: ({ failed, failure }) => (
          <>
            {failed.length === 0 && failure === null && 'none'}
            {failed.map(({ sourceId, message }) => (
              <p key={sourceId}>
                <strong>{sourceId}</strong>: {message}
              </p>
            ))}
            {failure !== null && <p>{failure.message}</p>}
          </>
        ),
      },
    ]}
  />
);

function Progress({ row: { status, done, total, failed } }: { readonly row: IngestionRowFragment }) {
  if (status === 'RUNNING')
    return (
      <span className="actions">
        <progress value={done} max={Math.max(1, total)} aria-label={`${done} of ${total} documents`} /> {done} of {total}
      </span>
    );
  return (
    <span className={`tag ${status !== 'COMPLETED' ? 'tag-bad' : failed.length > 0 ? 'tag-warn' : 'tag-good'}`}>
      {status === 'COMPLETED' ? `${total - failed.length} of ${total}` : `ended at ${done} of ${total}`}
    </span>
  );
}
