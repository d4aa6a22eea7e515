import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startGateway } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { newGate } from '../raw-upstream.ts';
import { complete, eventually, ledgerOf, newKey, prompt, socketStream, until } from './asking.ts';
import { exposed, read } from './metrics.ts';
import { counting, saying, scripted, waiting } from './scripted.ts';
import { ask, eventsOver, overSse } from './streams.ts';

const down = { ...compatible.refuses('down'), headers: { 'content-type': 'text/html' } };

describe('/metrics', () => {
  it('/metrics counts calls, tokens and money by coordinate and deployment, to the same sums as the ledger', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 90));
    await complete(gateway, prompt('Say hi.'));
    await complete(gateway, prompt('Say hi again.'));
    const [row] = await ledgerOf(gateway);
    const { value } = await exposed(gateway);
    const at = { coordinate: 'Query.completion', deployment: 'scripted' };
    expect(value('fieldgate_calls_total', { ...at, route: 'default', outcome: 'OK', cache: 'BYPASS' })).toBe(row.calls);
    expect(value('fieldgate_tokens_total', { ...at, type: 'fresh_input' })).toBe(row.usage.freshInputTokens);
    expect(value('fieldgate_tokens_total', { ...at, type: 'output' })).toBe(row.usage.outputTokens);
    expect(value('fieldgate_cost_usd_total', at)).toBeCloseTo(Number(row.usage.cost.amount), 9);
    expect(value('fieldgate_call_duration_seconds_count', { route: 'default', cache: 'BYPASS' })).toBe(2);
    expect(value('fieldgate_attempt_duration_seconds_count', { deployment: 'scripted' })).toBe(2);
    // Nobody was shown a first token.
    expect(value('fieldgate_call_time_to_first_token_seconds_count', { route: 'default' })).toBeNull();
  });

  it('/metrics counts the time to the first token of streams', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 90));
    await eventsOver(overSse(gateway, { variables: ask('Say hi.') }));
    expect((await exposed(gateway)).value('fieldgate_call_time_to_first_token_seconds_count', { route: 'default' })).toBe(1);
  });

  it('/metrics shows a kept answer as a hit that cost nothing and what it saved', async () => {
    const { gateway, upstream } = await scripted({
      routes: { default: { deployments: ['scripted'], cacheSeconds: 60 }, embedding: { deployments: ['lexical'] } },
    });
    upstream.plays(counting(10, 90));
    await complete(gateway, prompt('Say hi.'));
    await complete(gateway, prompt('Say hi.'));
    const { value } = await exposed(gateway);
    expect(value('fieldgate_calls_total', { cache: 'HIT' })).toBe(1);
    expect(value('fieldgate_saved_cost_usd_total')).toBe(value('fieldgate_cost_usd_total'));
    expect(value('fieldgate_attempts_total', { outcome: 'OK' })).toBe(1);
  });

  it('/metrics shows failed attempts at their deployment, and the circuit that they opened', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(down);
    expect((await exposed(gateway)).value('fieldgate_deployment_circuit', { deployment: 'scripted', state: 'open' })).toBe(0);
    for (let call = 0; call < 5; call += 1) await complete(gateway, prompt(`Question ${call}`));
    const { value } = await exposed(gateway);
    expect(value('fieldgate_attempts_total', { deployment: 'scripted', outcome: 'MODEL_UNAVAILABLE' })).toBe(5);
    expect(value('fieldgate_calls_total', { outcome: 'MODEL_UNAVAILABLE', deployment: 'scripted' })).toBe(5);
    const rows = await ledgerOf(gateway, gateway.developmentKey, ['DEPLOYMENT']);
    expect(rows).toMatchObject([{ key: { deployment: 'scripted' }, calls: 5, failures: 5 }]);
    expect(value('fieldgate_deployment_circuit', { deployment: 'scripted', state: 'open' })).toBe(1);
    expect(value('fieldgate_deployment_circuit', { deployment: 'scripted', state: 'closed' })).toBe(0);
  });

  it('/metrics shows the runs, readers, sockets and operations of now', async () => {
    const { gateway, upstream } = await scripted();
    const last = newGate();
    upstream.plays(waiting(last, 'One', ' two'));
    const client = socketStream(gateway, prompt('Say one, two.'));
    const events = client.events[Symbol.asyncIterator]();
    await until(events, 'TextDelta');
    const during = await exposed(gateway);
    const now = ['fieldgate_runs_open', 'fieldgate_run_readers', 'fieldgate_websocket_connections', 'fieldgate_operations_running'];
    expect(now.map((name) => during.value(name))).toEqual([1, 1, 1, 1]);
    last.open();
    await until(events, 'CompletionFinished');
    await events.next();
    await client.close();
    const after = await eventually(
      'all is over',
      () => exposed(gateway),
      ({ value }) => now.every((name) => value(name) === 0),
    );
    expect(after.value('fieldgate_calls_total', { outcome: 'OK', coordinate: 'Subscription.completionStream' })).toBe(1);
  });

  it('/metrics shows the budgets of teams, the outbox, the graph and the process', async () => {
    const { gateway, upstream } = await scripted({ teams: { search: { monthlyBudget: '5.00', dailyBudget: '1.00' } } });
    upstream.plays(counting(10, 90));
    const { secret: key } = await newKey(gateway, {});
    await complete(gateway, prompt('Say hi.'), { key });
    await gateway.storage.ledger.flush();
    const { value } = await exposed(gateway);
    expect(value('fieldgate_budget_limit_usd', { budget: 'team:search', per: 'month' })).toBe(5);
    expect(value('fieldgate_budget_limit_usd', { budget: 'team:search', per: 'day' })).toBe(1);
    expect(value('fieldgate_budget_spent_usd', { budget: 'team:search', per: 'day' })).toBeCloseTo(0.00019, 9);
    expect(value('fieldgate_ledger_waiting_calls')).toBe(0);
    expect(value('fieldgate_ledger_writable')).toBe(1);
    expect(value('fieldgate_supergraph_current')).toBe(1);
    expect(value('fieldgate_supergraph_composed_timestamp_seconds')).toBeGreaterThan(1.7e9);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    for (const figure of ['mean', 'max', 'p50', 'p90', 'p99'])
      expect(value(`nodejs_eventloop_lag_${figure}_seconds`)).toBeGreaterThanOrEqual(0);
  });

  it('/metrics shows how late the event loop was since the last reading', async () => {
    const gateway = await startGateway();
    await exposed(gateway);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await exposed(gateway)).value('nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.1);
  });

  it('/metrics leaves out what cannot be read, and serves the rest', async () => {
    const { gateway, upstream } = await scripted({ teams: { search: { monthlyBudget: '5.00' } } });
    upstream.plays(saying('Hi.'));
    await gateway.storage.database.exec('alter table accounts rename to gone');
    const { value } = await exposed(gateway);
    expect(value('fieldgate_budget_spent_usd')).toBeNull();
    expect(value('fieldgate_ledger_writable')).toBe(1);
  });
});

describe('who may read /metrics', () => {
  it('who may read /metrics is anyone in development on loopback', async () => {
    const gateway = await startGateway();
    const response = await read(gateway, null);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('who may read /metrics is elsewhere a key with the scope ai:metrics, and nobody else', async () => {
    const gateway = await startGateway({}, { loopback: false });
    const scraper = await newKey(gateway, { scopes: ['ai:metrics'] });
    const other = await newKey(gateway, { scopes: ['ai:use', 'ai:usage:all'] });
    const status = async (key: string | null): Promise<number> => (await read(gateway, key)).status;
    expect([await status(null), await status(other.secret), await status(scraper.secret)]).toEqual([401, 403, 200]);
    const { errors } = (await (await read(gateway, other.secret)).json()) as { errors: readonly { readonly message: string }[] };
    expect(errors[0]?.message).toContain('ai:metrics');
  });

  it('who may read /metrics is whoever reaches the address that they have of their own, and then nobody at the door for clients', async () => {
    const gateway = await startGateway({ telemetry: { metrics: { port: 0 } } }, { loopback: false });
    expect((await read(gateway, null)).status).toBe(200);
    const own = new URL(gateway.metricsUrl ?? '');
    expect(own.host).not.toBe(new URL(gateway.url).host);
    expect((await fetch(new URL('/graphql', own))).status).toBe(404);
    expect((await fetch(own, { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/metrics', gateway.url))).status).toBe(404);
  });

  it('who may read /metrics is no web page of another origin', async () => {
    const gateway = await startGateway();
    const response = await fetch(gateway.metricsUrl ?? '', { headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
  });

  it('who may read /metrics is no page whose name was pointed at this machine', async () => {
    const gateway = await startGateway();
    const { host, port } = new URL(gateway.metricsUrl ?? '');
    const status = (named: string): Promise<number | undefined> =>
      new Promise((done) =>
        get({ host: '127.0.0.1', port, path: '/metrics', headers: { host: named } }, (answer) => done(answer.resume().statusCode)),
      );
    expect([await status(host), await status(`rebound.example:${port}`)]).toEqual([200, 403]);
  });

  it('who may read /metrics is nobody who guesses', async () => {
    const gateway = await startGateway({ server: { requestsPerMinutePerAddress: 2 } }, { loopback: false });
    const statuses: number[] = [];
    for (let guess = 0; guess < 3; guess += 1) statuses.push((await read(gateway, `fg_guess${guess}`)).status);
    expect(statuses).toEqual([401, 401, 429]);
  });

  it('who may read /metrics is nobody where they are off', async () => {
    const gateway = await startGateway({ telemetry: { metrics: false } });
    expect(gateway.metricsUrl).toBeNull();
    const response = await fetch(new URL('/metrics', gateway.url));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('/metrics');
  });
});
