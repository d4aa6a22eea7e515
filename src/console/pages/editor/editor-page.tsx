/** An operation as it is written: what it costs at most, field by field, and what comes of it. */
import './editor.css';
import { useCallback, useMemo, useState } from 'react';
import { addDecimal } from '../../../client/decimal.ts';
import { useQuery } from '../../data/use-query.ts';
import { navigate } from '../../location/hash-location.ts';
import { useHref } from '../../location/time-zone.ts';
import { codecOf, textParam, useUrlState } from '../../location/url-state.ts';
import { Money } from '../../parts/figure.tsx';
import { Choice } from '../../parts/filter-bar.tsx';
import { PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { CodeField } from './code-field.tsx';
import { EditorSchemaDocument } from './editor.generated.ts';
import { type KeptOperation, keepOperation, keptOperation } from './kept-operation.ts';
import type { Marks } from './paint.ts';
import type { LiveQuote, Quote } from './quote-desk.ts';
import { QuoteView } from './quote-view.tsx';
import { offsetOf, operationNames, readTokens } from './read-tokens.ts';
import { RunView } from './run-view.tsx';
import { sampleOperation } from './sample-operation.ts';
import { suggestNames } from './suggest-names.ts';
import { placeOfProblem, useLiveQuote } from './use-live-quote.ts';
import { useOperationRun } from './use-operation-run.ts';

/** A link may carry an operation. What is written stays in the tab. */
const state = codecOf({ document: textParam(), variables: textParam() });

export function EditorPage() {
  const { data, problem, refresh } = useQuery(EditorSchemaDocument, {});
  const [linked] = useUrlState(state);
  const hrefTo = useHref();
  const [kept, setKept] = useState<KeptOperation | null>(keptOperation);
  const fromLink = linked.document === '' ? null : { document: linked.document, variables: linked.variables, operationName: '' };
  const sample = useMemo(() => (data === null ? null : sampleOperation(data)), [data]);
  const written = fromLink ?? kept ?? { document: sample ?? '', variables: '', operationName: '' };
  const { document, variables } = written;

  function change(part: Partial<KeptOperation>): void {
    const next = { ...written, ...part };
    setKept(next);
    keepOperation(next);
    if (fromLink !== null) navigate(hrefTo('/editor').slice(1), { replace: true });
  }

  const names = useMemo(() => operationNames(readTokens(document)), [document]);
  const operationName = names.includes(written.operationName) ? written.operationName : (names[0] ?? null);
  const values = useMemo(() => readVariables(variables), [variables]);
  const asked =
    values === null ? null : { document, variables: values, ...(names.length > 1 && operationName !== null ? { operationName } : {}) };
  const live = useLiveQuote(asked);
  const { fields, place, isMoved } = useMemo(() => standing(document, live), [document, live]);
  const marks = useMemo(() => marksOf(document, fields, place), [document, fields, place]);
  const { run, start, stop } = useOperationRun();
  const schema = data?.__schema ?? null;
  const suggest = useCallback((text: string, at: number) => (schema === null ? null : suggestNames(text, at, schema)), [schema]);

  function begin(): void {
    if (asked === null || document.trim() === '') return;
    const { document: query, ...rest } = asked;
    start({ query, ...rest }, isSubscription(document, operationName));
  }

  const wrong = live.problem;
  return (
    <PageFrame title="Editor" about="What an operation costs at most, field by field, as you write it; and what comes of it.">
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <div className="stack">
        <CodeField
          label="Operation"
          value={document}
          onChange={(text) => change({ document: text })}
          onRun={begin}
          marks={marks}
          beside={pricesByLine(isMoved ? null : live.quote)}
          wrongLine={place?.line ?? null}
          suggest={suggest}
          describedBy="editor-said"
        />
        <div id="editor-said">
          {wrong !== null && (
            <p className="editor-wrong">
              {place !== null && (
                <>
                  Line {place.line}, column {place.column}.{' '}
                </>
              )}
              {wrong.message} <code>{wrong.code}</code>
            </p>
          )}
          <p className="hint">
            Names are offered as you write, and at Ctrl-Space: arrows and Enter choose one, Escape closes the list. Ctrl-Enter runs. Tab
            goes on to what is behind the field.
          </p>
        </div>
        <details open={/\$\w/.test(document)}>
          <summary>Variables</summary>
          <label className="field details-body">
            <span className="unseen">Variables, as JSON</span>
            <textarea
              className="code"
              rows={Math.min(12, Math.max(3, variables.split('\n').length))}
              spellCheck={false}
              placeholder={'{ "id": "42" }'}
              value={variables}
              aria-invalid={values === null}
              onChange={(event) => change({ variables: event.target.value })}
            />
            {values === null && <small>This is not a JSON object yet, such as {'{ "id": "42" }'}.</small>}
          </label>
        </details>
        <div className="actions">
          {names.length > 1 && (
            <Choice
              label="Operation to run"
              value={operationName ?? ''}
              options={names.flatMap((name) => (name === null ? [] : [name]))}
              onChange={(to) => change({ operationName: to })}
            />
          )}
          <button type="button" className="primary" onClick={begin} disabled={asked === null || document.trim() === ''}>
            Run
          </button>
          {run?.isRunning === true && (
            <button type="button" className="danger" onClick={stop}>
              Stop
            </button>
          )}
          <a href={hrefTo('/editor', { document, ...(variables.trim() === '' ? {} : { variables }) })}>Link to this operation</a>
          {live.quote !== null && (
            <span className="hint">
              At most <Money amount={live.quote.cost?.amount} />.
            </span>
          )}
        </div>
        {live.quote !== null && <QuoteView quote={live.quote} />}
        {run !== null && <RunView run={run} />}
      </div>
    </PageFrame>
  );
}

/** Null: no JSON object. */
function readVariables(text: string): Readonly<Record<string, unknown>> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/**
 * What was said of the text before the last stroke, as far as it is true of this one: of lines that are as they were. Else all prices would
 * go and come at each stroke. `isMoved`: lines have come or gone, so that none stands where it stood.
 */
function standing(text: string, { document, quote, problem }: LiveQuote) {
  const [now, before] = [text.split('\n'), document.split('\n')];
  const isAsItWas = ({ line }: { readonly line: number | null }): boolean => line !== null && now[line - 1] === before[line - 1];
  const place = placeOfProblem(problem);
  return {
    fields: (quote?.fields ?? []).filter(isAsItWas),
    place: place !== null && isAsItWas(place) ? place : null,
    isMoved: now.length !== before.length,
  };
}

function marksOf(text: string, fields: Quote['fields'], place: { readonly line: number; readonly column: number } | null): Marks {
  const priced = fields.flatMap(({ line, column }) => (line === null || column === null ? [] : [offsetOf(text, { line, column })]));
  return { priced: new Set(priced), wrong: place === null ? null : offsetOf(text, place) };
}

/** A line may ask for several AI fields. */
function pricesByLine(quote: Quote | null) {
  const lines = Map.groupBy(quote?.fields ?? [], ({ line }) => line ?? 0);
  return new Map(
    [...lines].map(([line, fields]) => [line, <LinePrice key={line} amounts={fields.map(({ cost }) => cost?.amount ?? null)} />]),
  );
}

function LinePrice({ amounts }: { readonly amounts: readonly (string | null)[] }) {
  const known = amounts.filter((amount) => amount !== null);
  return <Money amount={known.length < amounts.length ? null : addDecimal(...known)} />;
}

/** By the word before its name, or before its first bracket. */
function isSubscription(document: string, name: string | null): boolean {
  const operation = name === null ? /\bsubscription\s*[{(@]/ : new RegExp(String.raw`\bsubscription\s+${name}\b`);
  return operation.test(document);
}
