/** One question to one to four routes, side by side: how good, how fast, at what price. */
import './playground.css';
import { type FormEvent, type KeyboardEvent, useState, useSyncExternalStore } from 'react';
import { useQuery } from '../../data/use-query.ts';
import { codecOf, type Param, textParam, useUrlState } from '../../location/url-state.ts';
import { Choice } from '../../parts/filter-bar.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { gate } from '../../session/gate.ts';
import { PlaygroundChoicesDocument } from './playground.generated.ts';
import { RouteQuote } from './route-quote.tsx';
import { RunPane } from './run-pane.tsx';
import { type Asked, openPlayground } from './runs.ts';

const maxRoutes = 4;
/** The same route may stand there twice. */
const routesParam: Param<readonly string[]> = { read: (texts) => texts.slice(0, maxRoutes), write: (texts) => texts };
const state = codecOf({ route: routesParam, collection: textParam() });
const playground = openPlayground(gate, sessionStorage);

export function PlaygroundPage() {
  const { data, problem, refresh } = useQuery(PlaygroundChoicesDocument, {});
  const [{ route, collection }, change] = useUrlState(state);
  const { asked, runs } = useSyncExternalStore(playground.subscribe, playground.snapshot);
  const [text, setText] = useState(asked?.text ?? '');
  const [system, setSystem] = useState(asked?.system ?? '');
  const [maxOutputTokens, setMaxOutputTokens] = useState(asked?.maxOutputTokens?.toString() ?? '');
  const [temperature, setTemperature] = useState(asked?.temperature?.toString() ?? '');
  const [isFresh, setFresh] = useState(asked?.isFresh ?? false);

  const completing = (data?.aiRoutes ?? []).filter(({ deployments }) =>
    deployments.some(({ capabilities }) => capabilities.some((one) => one === 'completion' || one === 'extractive')),
  );
  const names = completing.map(({ name }) => name);
  const routes = route.length > 0 ? route : [names.includes('default') ? 'default' : (names[0] ?? 'default')];
  const now: Asked = {
    text,
    system,
    collection,
    maxOutputTokens: numberIn(maxOutputTokens),
    temperature: numberIn(temperature),
    isFresh,
  };
  const isRunning = runs.some(({ answer }) => answer !== null);

  function ask(event?: FormEvent): void {
    event?.preventDefault();
    if (text.trim() !== '') playground.start(now, routes);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) ask();
  }
  const withRoute = (at: number, name: string): readonly string[] => routes.map((one, index) => (index === at ? name : one));

  return (
    <PageFrame
      title="Playground"
      about="One question to one to four routes, side by side: how good, how fast, at what price. It is billed like any other call."
    >
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && completing.length === 0 ? (
        <Empty title="You may use no route that completes.">
          <p>A route with a model that can write fills this page. Your key names the routes that it may use.</p>
        </Empty>
      ) : (
        <form className="card stack" onSubmit={ask}>
          <label className="field">
            <span>{collection === '' ? 'Prompt' : `Question to the documents of ${collection}`}</span>
            <textarea
              rows={4}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
              placeholder="Ctrl-Enter asks"
            />
          </label>
          <div className="playground-routes">
            {routes.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a route may stand twice, and a place is what it is.
              <div className="playground-route" key={index}>
                <Choice
                  label={routes.length === 1 ? 'Route' : `Route ${index + 1}`}
                  value={name}
                  options={names.includes(name) ? names : [name, ...names]}
                  onChange={(to) => change({ route: withRoute(index, to) })}
                />
                {routes.length > 1 && (
                  <button
                    type="button"
                    aria-label={`Remove route ${index + 1}`}
                    onClick={() => change({ route: routes.filter((_, at) => at !== index) })}
                  >
                    ✕
                  </button>
                )}
              </div>
            ))}
            {routes.length < maxRoutes && (
              <button
                type="button"
                onClick={() => change({ route: [...routes, names.find((name) => !routes.includes(name)) ?? routes[0] ?? 'default'] })}
              >
                Compare with another
              </button>
            )}
          </div>
          <details>
            <summary>Documents and settings</summary>
            <div className="stack details-body">
              <div className="fields">
                <Choice
                  label="Answer from"
                  value={collection}
                  options={[
                    { value: '', label: 'the model alone' },
                    ...(data?.aiCollections ?? []).map(({ name, sources }) => ({ value: name, label: `${name} (${sources} documents)` })),
                  ]}
                  onChange={(to) => change({ collection: to })}
                />
                <label className="field">
                  <span>Longest answer, in tokens</span>
                  <input
                    inputMode="numeric"
                    pattern="\d{1,7}"
                    placeholder="the model's own"
                    value={maxOutputTokens}
                    onChange={(event) => setMaxOutputTokens(event.target.value)}
                  />
                </label>
                {collection === '' && (
                  <label className="field">
                    <span>Temperature, 0 to 2</span>
                    <input
                      inputMode="decimal"
                      pattern="[012](\.\d+)?"
                      placeholder="the model's own"
                      value={temperature}
                      onChange={(event) => setTemperature(event.target.value)}
                    />
                  </label>
                )}
              </div>
              {collection === '' && (
                <label className="field">
                  <span>System message</span>
                  <textarea rows={2} value={system} onChange={(event) => setSystem(event.target.value)} placeholder="none" />
                </label>
              )}
              <div className="checks">
                <label>
                  <input type="checkbox" checked={isFresh} onChange={(event) => setFresh(event.target.checked)} />
                  Ask the model, also where a kept answer would serve
                </label>
              </div>
            </div>
          </details>
          <div className="actions">
            <button type="submit" className="primary" disabled={text.trim() === ''}>
              {isRunning ? 'Ask anew' : 'Ask'}
            </button>
            {runs.length > 0 && (
              <button type="button" onClick={playground.clear}>
                Clear
              </button>
            )}
            <RouteQuote asked={now} routes={routes} />
          </div>
        </form>
      )}
      {asked === null ? (
        <Empty title="Nothing has been asked yet.">
          <p>Write a prompt and press Ctrl-Enter. Answers stay in this tab alone, also after a reload, until you clear them or close it.</p>
        </Empty>
      ) : (
        <div className="playground-panes">
          {runs.map((run) => (
            <RunPane key={run.key} run={run} asked={asked} onRepeat={() => playground.repeat(run.key)} />
          ))}
        </div>
      )}
    </PageFrame>
  );
}

function numberIn(text: string): number | null {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? null : number;
}
