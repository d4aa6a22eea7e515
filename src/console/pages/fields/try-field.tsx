/** Asks for the field of a real entity: an operation that the reader may change, its price as it stands, and what came. */
import { type FormEvent, useEffect, useState } from 'react';
import { asRequestError, type RequestError, refusalOf } from '../../../client/transport/request-error.ts';
import { useQuery } from '../../data/use-query.ts';
import { useHref } from '../../location/time-zone.ts';
import { Money } from '../../parts/figure.tsx';
import { Problem } from '../../parts/problem.tsx';
import { gate } from '../../session/gate.ts';
import { operationFor } from './field-operation.ts';
import { FieldEntrancesDocument, type FieldRowFragment, QuoteFieldDocument } from './fields.generated.ts';

const quietMs = 300;

export function TryField({ field }: { readonly field: FieldRowFragment }) {
  const { data } = useQuery(FieldEntrancesDocument, {});
  const hrefTo = useHref();
  const [written, setWritten] = useState<string | null>(null);
  const [answer, setAnswer] = useState<{ readonly text: string; readonly cost: string | null } | null>(null);
  const [problem, setProblem] = useState<RequestError | null>(null);
  const [isRunning, setRunning] = useState(false);
  const made = data === null ? null : operationFor(field, data.__schema);
  const document = written ?? made ?? '';

  async function run(event: FormEvent): Promise<void> {
    event.preventDefault();
    setRunning(true);
    setProblem(null);
    try {
      const result = await gate.query<unknown, Record<string, never>>(document);
      setAnswer({ text: JSON.stringify(result.data, null, 2), cost: costIn(result.extensions) });
      if (result.errors.length > 0) setProblem(refusalOf(result.errors));
    } catch (error) {
      setProblem(asRequestError(error));
    } finally {
      setRunning(false);
    }
  }

  return (
    <form className="stack" onSubmit={(event) => void run(event)}>
      <label className="field">
        <span>Try it on a real entity</span>
        <textarea
          className="field-operation"
          rows={Math.min(14, Math.max(5, document.split('\n').length))}
          spellCheck={false}
          value={document}
          onChange={(event) => setWritten(event.target.value)}
        />
        {data !== null && made === null && written === null && (
          <small>No field of Query leads to {field.typeName} by itself. Write an operation that does.</small>
        )}
        {document.includes('…') && <small>Put a value in place of each “…”.</small>}
      </label>
      <div className="actions">
        <button type="submit" className="primary" disabled={isRunning || document.trim() === '' || document.includes('…')}>
          {isRunning ? 'It is asked…' : 'Run'}
        </button>
        <a href={hrefTo('/editor', { document })}>Open in the Editor</a>
        <Quote document={document.includes('…') ? '' : document} />
      </div>
      {problem && <Problem problem={problem} />}
      {answer !== null && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard. */}
          <section className="field-answer" aria-label="What came" tabIndex={0}>
            <pre>{answer.text}</pre>
          </section>
          <p className="hint">
            It has cost <Money amount={answer.cost} />.
          </p>
        </>
      )}
    </form>
  );
}

/** The most that the operation can cost, asked when the reader pauses. */
function Quote({ document }: { readonly document: string }) {
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(document), quietMs);
    return () => clearTimeout(timer);
  }, [document]);
  const { data, problem } = useQuery(QuoteFieldDocument, { document: asked }, { isPaused: asked.trim() === '' });
  if (asked.trim() === '') return null;
  if (problem !== null) return <span className="hint">{problem.message}</span>;
  if (data === null) return null;
  const { cost, allowed, reason } = data.aiQuote;
  return (
    <span className="hint" aria-live="polite">
      It costs at most <Money amount={cost?.amount} />. {!allowed && reason}
    </span>
  );
}

/** `extensions.usage` has the cost of the whole operation. */
function costIn(extensions: Readonly<Record<string, unknown>>): string | null {
  const { cost = '0' } = (extensions['usage'] ?? {}) as { readonly cost?: string | null };
  return cost;
}
