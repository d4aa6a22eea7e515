import type { Citation } from '../../../client/completion-events.ts';

/** Where the words come from, with the passage around the quoted ones. */
export const Citations = ({ citations }: { readonly citations: readonly Citation[] }) => (
  <section aria-label="Sources" className="citations">
    <h3>Sources</h3>
    <ol>
      {citations.map(({ marker, quote, passage, entity }) => (
        <li key={`${marker} ${quote}`}>
          <details>
            <summary>
              <code>{marker}</code> {passage?.source.title ?? passage?.source.id ?? (entity === null ? 'a source' : entity.typeName)}:{' '}
              <q>{quote}</q>
            </summary>
            {passage !== null && <p className="hint">{marked(passage.text, quote)}</p>}
          </details>
        </li>
      ))}
    </ol>
  </section>
);

function marked(text: string, quote: string) {
  const at = text.indexOf(quote);
  if (at < 0 || quote === '') return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{quote}</mark>
      {text.slice(at + quote.length)}
    </>
  );
}
