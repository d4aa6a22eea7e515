import { type FormEvent, useState } from 'react';
import { useAction } from '../../data/use-action.ts';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SearchDocumentsDocument } from './documents.generated.ts';

export interface SearchDocumentsProps {
  readonly collection: string;
  readonly onOpen: (source: string, start: number, end: number) => void;
}

/** What a question would find: the passages that an answer would be made of. */
export function SearchDocuments({ collection, onOpen }: SearchDocumentsProps) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Awaited<ReturnType<typeof search.run>>>(null);
  const search = useAction(SearchDocumentsDocument);
  async function look(event: FormEvent): Promise<void> {
    event.preventDefault();
    setFound(await search.run({ collection, query }));
  }
  const result = found?.aiSearch ?? null;
  return (
    <section className="card stack" aria-label="Try a search">
      <form className="filter-fields" onSubmit={(event) => void look(event)}>
        <label className="field document-query">
          <span>Try a search</span>
          <input type="search" value={query} onChange={(event) => setQuery(event.target.value)} placeholder="What a reader would ask" />
        </label>
        <button type="submit" disabled={search.isRunning || query.trim() === ''}>
          Search
        </button>
      </form>
      {search.problem && <Problem problem={search.problem} />}
      {result !== null && 'code' in result && <Problem problem={result} />}
      {result !== null && 'hits' in result && (
        <>
          {result.warnings.map((warning) => (
            <p key={warning} className="hint">
              {warning}
            </p>
          ))}
          {result.hits.length === 0 && <Empty title="Nothing was found. An answer would say so, and cite nothing." />}
          <ol className="document-hits">
            {result.hits.map(
              ({ score, passage }) =>
                passage !== null && (
                  <li key={passage.id}>
                    <button
                      type="button"
                      className="quiet document-open"
                      onClick={() => onOpen(passage.source.id, passage.start, passage.end)}
                    >
                      {passage.source.title ?? passage.source.id}
                    </button>{' '}
                    <span className="hint">score {score.toFixed(2)}</span>
                    <p>{passage.text}</p>
                  </li>
                ),
            )}
          </ol>
        </>
      )}
    </section>
  );
}
