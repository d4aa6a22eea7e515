import { useEffect, useRef } from 'react';
import { useQuery } from '../../data/use-query.ts';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SourceDocument } from './documents.generated.ts';

export interface SourceViewProps {
  readonly collection: string;
  readonly id: string;
  /** What a hit or a citation points at, as offsets into the text; equal: nothing. */
  readonly start: number;
  readonly end: number;
  readonly onClose: () => void;
}

/** Text that stands before what is shown. */
const before = 2_000;

export function SourceView({ collection, id, start, end, onClose }: SourceViewProps) {
  const from = Math.max(0, start - before);
  const { data, problem, refresh } = useQuery(SourceDocument, { collection, id, start: from });
  const marked = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is shown by scrolling to it.
  useEffect(() => {
    marked.current?.scrollIntoView({ block: 'center' });
  }, [data, start]);
  const source = data?.aiSource ?? null;
  const whole = source?.text ?? '';
  // Front matter and the like are in no passage: space stands for them.
  const text = whole.trimStart();
  const shown = from + whole.length - text.length;
  const [a, b] = [Math.max(0, start - shown), Math.max(0, end - shown)];
  return (
    <section className="card stack" aria-labelledby="source-name">
      <div className="modal-head">
        <h2 id="source-name">{source?.source.title ?? id}</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && source === null && <Empty title="There is no such document any more." />}
      {source !== null && (
        <>
          <p className="hint">
            {source.mediaType}, {source.length.toLocaleString()} characters in {source.passageCount.toLocaleString()}{' '}
            {source.passageCount === 1 ? 'passage' : 'passages'}.{from > 0 && ` Shown from character ${from.toLocaleString()} on.`}
            {shown + text.length < source.length && ' What follows is left out.'}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard. */}
          <section className="document-text" tabIndex={0} aria-label="Text">
            {text.slice(0, a)}
            {b > a && <mark ref={marked}>{text.slice(a, b)}</mark>}
            {text.slice(Math.max(a, b))}
          </section>
        </>
      )}
    </section>
  );
}
