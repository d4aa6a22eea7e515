/** Which documents answers are made of: adding them, searching them, and the place that a citation points at. */
import './documents.css';
import { useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { useQuery } from '../../data/use-query.ts';
import { codecOf, countParam, textParam, useUrlState } from '../../location/url-state.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures } from '../../parts/figure.tsx';
import { Choice, FilterBar } from '../../parts/filter-bar.tsx';
import { Modal } from '../../parts/modal.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { isAllowed, useViewer } from '../../session/viewer.tsx';
import { AddDocuments } from './add-documents.tsx';
import { CollectionsDocument, DeleteDocumentDocument, SourcesDocument } from './documents.generated.ts';
import { SearchDocuments } from './search-documents.tsx';
import { SourceView } from './source-view.tsx';

const state = codecOf({
  collection: textParam(),
  source: textParam(),
  after: textParam(),
  start: countParam({ otherwise: 0 }),
  end: countParam({ otherwise: 0 }),
});

export function DocumentsPage() {
  const { data, problem, refresh } = useQuery(CollectionsDocument, {});
  const [{ collection, source, start, end }, change] = useUrlState(state);
  const mayAdd = isAllowed(useViewer(), [['ai:ingest']]);
  const collections = data?.aiCollections ?? [];
  const chosen = collections.find(({ name }) => name === collection) ?? collections[0];
  return (
    <PageFrame title="Documents" about="Which documents answers are made of, and where a citation points.">
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && chosen === undefined && (
        <Empty title="There is no collection that you may read.">
          <p>
            A collection is declared in the configuration under <code>collections</code>, with its readers and writers.
          </p>
        </Empty>
      )}
      {chosen !== undefined && (
        <>
          <FilterBar>
            <Choice
              label="Collection"
              value={chosen.name}
              options={collections.map(({ name }) => name)}
              onChange={(to) => change({ collection: to, source: '', after: '', start: 0, end: 0 })}
            />
          </FilterBar>
          <Figures>
            <Figure label="Documents">
              <Count of={chosen.sources} />
            </Figure>
            <Figure label="Passages">
              <Count of={chosen.passages} />
            </Figure>
            <Figure label="Embedded by">{chosen.embeddingModel === '' ? '–' : chosen.embeddingModel}</Figure>
          </Figures>
          <SearchDocuments
            key={chosen.name}
            collection={chosen.name}
            onOpen={(id, from, to) => change({ collection: chosen.name, source: id, start: from, end: to })}
          />
          {source !== '' && (
            <SourceView
              collection={chosen.name}
              id={source}
              start={start}
              end={end}
              onClose={() => change({ source: '', start: 0, end: 0 })}
            />
          )}
          <Sources key={`${chosen.name} ${chosen.sources}`} collection={chosen.name} mayDelete={mayAdd} onChange={refresh} />
          {mayAdd ? (
            <AddDocuments key={`add ${chosen.name}`} collection={chosen.name} onChange={refresh} />
          ) : (
            <p className="hint">Documents are added and deleted by those who have the scope ai:ingest.</p>
          )}
        </>
      )}
    </PageFrame>
  );
}

interface SourcesProps {
  readonly collection: string;
  readonly mayDelete: boolean;
  readonly onChange: () => void;
}

const pageSize = 50;

function Sources({ collection, mayDelete, onChange }: SourcesProps) {
  const [{ after, source }, change] = useUrlState(state);
  const { data, problem, isLoading, refresh } = useQuery(SourcesDocument, { collection, after: after === '' ? null : after });
  const [doomed, setDoomed] = useState<string | null>(null);
  const deleting = useAction(DeleteDocumentDocument);
  const rows = data?.aiSources ?? [];
  async function remove(id: string): Promise<void> {
    if ((await deleting.run({ collection, id })) === null) return;
    setDoomed(null);
    refresh();
    onChange();
  }
  return (
    <>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <DataTable
        caption="Documents by id"
        isCaptionShown
        isLoading={isLoading}
        rows={rows}
        keyOf={({ id }) => id}
        chosen={source}
        empty={<Empty title={after === '' ? 'There is no document in it yet.' : 'There are no more documents.'} />}
        columns={[
          {
            name: 'Document',
            cell: ({ id, title }) => (
              <button type="button" className="quiet document-open" onClick={() => change({ collection, source: id, start: 0, end: 0 })}>
                {title ?? id}
              </button>
            ),
          },
          { name: 'Id', cell: ({ id }) => <code>{id}</code> },
          ...(mayDelete
            ? [
                {
                  name: 'Actions',
                  cell: ({ id }: (typeof rows)[number]) => (
                    <button type="button" onClick={() => setDoomed(id)} aria-label={`Delete ${id}`}>
                      Delete
                    </button>
                  ),
                },
              ]
            : []),
        ]}
      />
      <div className="actions">
        {after !== '' && (
          <button type="button" onClick={() => change({ after: '' })}>
            From the beginning
          </button>
        )}
        {rows.length === pageSize && (
          <button type="button" onClick={() => change({ after: rows.at(-1)?.id ?? '' })}>
            More
          </button>
        )}
      </div>
      {doomed !== null && (
        <Modal isOpen title={`Delete ${doomed}?`} onClose={() => setDoomed(null)}>
          <p>Answers no longer find it. It has to be added again to come back.</p>
          {deleting.problem && <Problem problem={deleting.problem} />}
          <div className="actions">
            <button type="button" className="danger" disabled={deleting.isRunning} onClick={() => void remove(doomed)}>
              Delete
            </button>
            <button type="button" onClick={() => setDoomed(null)}>
              Keep it
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}
