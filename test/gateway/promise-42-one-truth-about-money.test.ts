import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { nanoUsdOf } from '../../src/core/money.ts';
import { openaiCompatibleProvider } from '../../src/providers/openai-compatible.ts';
import { type Log, silentLog } from '../../src/telemetry/log.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';
import { budgetOf, complete, ledgerOf, newKey, prompt, stream } from './asking.ts';
import { exposed } from './metrics.ts';
import { hanging, openUpstream, saying, scripted, scriptedConfig, scriptedDeployment } from './scripted.ts';

const { begins, says } = compatible;
const words = (count: number, from = 0): string => Array.from({ length: count }, (_, index) => `word${from + index} `).join('');

/** 40 words, and a count as the vendor writes it. */
const counted = (usage: string): RawReply => ({
  pieces: [begins, says(words(40)), compatible.ends.replace(/"usage":\{[^}]*\}/, `"usage":${usage}`)],
});
const asked = (text: string): object => prompt(text, { maxOutputTokens: 150 });

function kept(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return { ...silentLog, warn: (event) => void warnings.push(event), warnings };
}

describe('a vendor’s count is believed within what was drawn', () => {
  it.each([
    ['input alone', '{"prompt_tokens":10}'],
    ['output alone', '{"completion_tokens":80}'],
    ['one token each', '{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}'],
    ['900 million tokens', '{"prompt_tokens":10,"completion_tokens":900000000,"total_tokens":900000010}'],
    ['ten times the maximum', '{"prompt_tokens":10,"completion_tokens":1500,"total_tokens":1510}'],
    [
      'ten times the maximum as reasoning',
      '{"prompt_tokens":10,"completion_tokens":1500,"completion_tokens_details":{"reasoning_tokens":1450}}',
    ],
    ['a hundred thousand tokens of input', '{"prompt_tokens":100000,"completion_tokens":80}'],
    ['less than nothing', '{"prompt_tokens":-10,"completion_tokens":-80}'],
    ['more cached than there was input', '{"prompt_tokens":10,"completion_tokens":80,"prompt_tokens_details":{"cached_tokens":5000}}'],
    [
      'more reasoning than there was output',
      '{"prompt_tokens":10,"completion_tokens":80,"completion_tokens_details":{"reasoning_tokens":90}}',
    ],
  ])('%s of usage is estimated from what was sent and received, and marked', async (_, usage) => {
    const log = kept();
    const { gateway } = await estimatedTwice(usage, log);
    expect(log.warnings.filter((event) => event.includes('count'))).toEqual([
      'a vendor told a count that cannot be true, and usage was estimated',
    ]);
    expect((await exposed(gateway)).value('fieldgate_miscounted_attempts_total', { deployment: 'scripted' })).toBe(2);
  });

  it.each([
    ['zero of everything', '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}'],
    ['an empty object', '{}'],
    ['null', 'null'],
  ])('%s as usage is no count: it is estimated and marked, and nobody is blamed for it', async (_, usage) => {
    const log = kept();
    const { gateway } = await estimatedTwice(usage, log);
    expect(log.warnings.filter((event) => event.includes('count'))).toEqual([]);
    expect((await exposed(gateway)).value('fieldgate_miscounted_attempts_total', { deployment: 'scripted' })).toBeNull();
  });

  /** Two answers with these counts, each of which is estimated. */
  async function estimatedTwice(usage: string, log: ReturnType<typeof kept>) {
    const { gateway, upstream } = await scripted({}, { log });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    upstream.plays(counted(usage));
    for (const question of ['One', 'Two']) {
      const { usage: told } = await complete(gateway, asked(question), { key });
      expect(told.estimated).toBe(true);
      expect(told.outputTokens).toBeGreaterThan(40);
      expect(told.outputTokens).toBeLessThan(150);
      expect(told.freshInputTokens).toBeGreaterThan(0);
      expect(told.freshInputTokens).toBeLessThan(50);
    }
    const [row] = await ledgerOf(gateway, key);
    expect(row).toMatchObject({ calls: 2, usage: { estimated: true } });
    expect(await budgetOf(gateway, key)).toMatchObject({ spent: nanoUsdOf(row.usage.cost.amount), held: 0 });
    return { gateway };
  }

  it.each([
    ['what was sent and said', '{"prompt_tokens":12,"completion_tokens":80,"total_tokens":92}', 80, 0],
    [
      'reasoning that nobody sees',
      '{"prompt_tokens":12,"completion_tokens":150,"completion_tokens_details":{"reasoning_tokens":70}}',
      80,
      70,
    ],
    ['a system text that the vendor adds', '{"prompt_tokens":900,"completion_tokens":80}', 80, 0],
    ['cached input', '{"prompt_tokens":900,"completion_tokens":80,"prompt_tokens_details":{"cached_tokens":800}}', 80, 0],
  ])('%s is booked as it was counted', async (_, usage, outputTokens, reasoningTokens) => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counted(usage));
    expect(await complete(gateway, asked('One'))).toMatchObject({ usage: { estimated: false, outputTokens, reasoningTokens } });
    expect((await exposed(gateway)).value('fieldgate_miscounted_attempts_total', { deployment: 'scripted' })).toBeNull();
  });
});

describe('the count of an embedding', () => {
  const embedded = async (usage: string) => {
    const log = kept();
    const embedding = { ...scriptedDeployment, capabilities: ['embedding'] as const };
    const routes = { ...plainConfig.routes, embedding: { deployments: ['scripted'], attempts: 1 } };
    const { gateway, upstream } = await scripted({ deployments: { ...plainConfig.deployments, scripted: embedding }, routes }, { log });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    const vectors = `"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,1]}]`;
    upstream.plays({ headers: { 'content-type': 'application/json' }, pieces: [`{${vectors}${usage === '' ? '' : `,"usage":${usage}`}}`] });
    const { data } = await gateway.ask(
      `{ embedding(input: { texts: ["${words(20)}", "${words(20, 20)}"] }) { __typename
          ... on Failure { code message } ... on Embedding { floats usage { freshInputTokens estimated cost { amount } } } } }`,
      {},
      { key },
    );
    return { answer: data.embedding, spent: (await budgetOf(gateway, key)).spent, log };
  };

  it.each([
    ['no usage', ''],
    ['null', 'null'],
    ['no class', '{}'],
    ['no tokens', '{"prompt_tokens":0,"total_tokens":0}'],
    ['null tokens', '{"prompt_tokens":null}'],
    ['text', '{"prompt_tokens":"40"}'],
    ['less than nothing', '{"prompt_tokens":-40}'],
    ['900 million tokens', '{"prompt_tokens":900000000}'],
  ])('the count of an embedding %s is estimated from what was sent, and marked; the vectors are given', async (_, usage) => {
    const { answer, spent } = await embedded(usage);
    expect(answer).toMatchObject({
      __typename: 'Embedding',
      floats: [
        [1, 0],
        [0, 1],
      ],
      usage: { estimated: true },
    });
    expect(answer.usage.freshInputTokens).toBeGreaterThan(40);
    expect(answer.usage.freshInputTokens).toBeLessThan(300);
    expect(spent).toBe(nanoUsdOf(answer.usage.cost.amount));
  });

  it('the count of an embedding is booked as it was counted where it can be true', async () => {
    expect((await embedded('{"prompt_tokens":90}')).answer.usage).toMatchObject({ estimated: false, freshInputTokens: 90 });
  });
});

describe('an answer costs what was drawn for it', () => {
  it.each([
    ['word by word', Array.from({ length: 3_000 }, (_, index) => says(words(1, index)))],
    ['in one piece', [says(words(3_000))]],
    ['without a blank', [says('x'.repeat(60_000))]],
  ])('an answer costs what was drawn for it, and is cut where the vendor goes on beyond its maximum %s', async (_, pieces) => {
    const log = kept();
    const { gateway, upstream } = await scripted({}, { log });
    upstream.plays({ pieces: [begins, ...pieces], ending: 'hang' });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    const whole: string[] = [];
    let last: Awaited<ReturnType<typeof complete>> = null;
    for await (const event of stream(gateway, prompt('Go on.', { maxOutputTokens: 100 }), { key })) {
      if (event.__typename === 'TextDelta') whole.push(event.text);
      last = event;
    }
    expect(last).toMatchObject({ __typename: 'CompletionFinished', completion: { finishReason: 'LENGTH', usage: { estimated: true } } });
    expect(last.completion.text).toBe(whole.join(''));
    await upstream.requests[0]?.closed;
    expect(upstream.requests[0]?.cut()).toBe(true);
    const { outputTokens } = last.completion.usage;
    expect(outputTokens).toBeGreaterThan(100);
    expect(outputTokens).toBeLessThan(1_000);
    const [row] = await ledgerOf(gateway, key);
    expect(row).toMatchObject({ key: { outcome: 'OK' }, usage: { outputTokens, estimated: true } });
    expect(await budgetOf(gateway, key)).toMatchObject({ spent: nanoUsdOf(row.usage.cost.amount), held: 0 });
    expect(log.warnings).toContain('an answer went on beyond the maximum that was asked for, and was cut');
  });

  it('an answer costs what was drawn for it, also where the vendor only thinks, or writes the arguments of a tool', async () => {
    const { gateway, upstream } = await scripted();
    const delta = (value: object): string =>
      `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: value, finish_reason: null }] })}\n\n`;
    for (const piece of [
      (index: number) => delta({ reasoning_content: words(10, index) }),
      (index: number) =>
        delta({
          tool_calls: [
            {
              index: 0,
              ...(index === 0 ? { id: 'c', type: 'function' } : {}),
              function: { ...(index === 0 ? { name: 't' } : {}), arguments: words(10, index) },
            },
          ],
        }),
    ]) {
      upstream.plays({ pieces: [begins, ...Array.from({ length: 300 }, (_, index) => piece(index))], ending: 'hang' });
      const answer = await complete(
        gateway,
        prompt('Go on.', { maxOutputTokens: 100, tools: [{ name: 't', parameters: { type: 'object' } }] }),
      );
      expect(answer).toMatchObject({ __typename: 'Completion', finishReason: 'LENGTH', usage: { estimated: true } });
      expect(answer.usage.totalTokens).toBeLessThan(1_500);
    }
  });

  it('an answer costs what was drawn for it, and goes on as long as the vendor may', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays({
      pieces: [begins, says('word '.repeat(100)), compatible.ends.replace('"completion_tokens":2', '"completion_tokens":100')],
    });
    expect(await complete(gateway, prompt('Go on.', { maxOutputTokens: 100 }))).toMatchObject({
      text: 'word '.repeat(100),
      finishReason: 'STOP',
      usage: { outputTokens: 100, estimated: false },
    });
  });
});

describe('nothing is billed that was not sent', () => {
  /** Takes connections only so far as the system does, and never speaks TLS. */
  const silentPort = async (): Promise<number> => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    whenOver(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    });
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it('a call that got no connection in time costs nothing', async () => {
    const url = `https://127.0.0.1:${await silentPort()}`;
    const gateway = await startGateway({
      providers: { ...plainConfig.providers, slow: openaiCompatibleProvider({ name: 'slow', apiKey: null, baseUrl: `${url}/v1` }) },
      deployments: { ...plainConfig.deployments, slow: { ...scriptedDeployment, provider: 'slow' } },
      routes: { ...plainConfig.routes, default: { deployments: ['slow'], attempts: 2, firstChunkMs: 300 } },
    });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    expect(await complete(gateway, prompt('Hello?'), { key })).toMatchObject({ code: 'STREAM_STALLED' });
    const leaving = new AbortController();
    const left = complete(gateway, prompt('Hello again?'), { key, signal: leaving.signal }).catch(() => null);
    setTimeout(() => leaving.abort(), 100);
    await left;
    expect(await budgetOf(gateway, key)).toMatchObject({ spent: 0 });
    for (const row of await ledgerOf(gateway, key)) expect(row.usage.cost?.amount ?? '0').toBe('0');
  });

  it('a call that was sent and not answered costs its input', async () => {
    const { gateway, upstream } = await scripted({
      routes: { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 1, firstChunkMs: 300 } },
    });
    upstream.plays(hanging());
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    expect(await complete(gateway, prompt('Hello?'), { key })).toMatchObject({ code: 'STREAM_STALLED' });
    const [row] = await ledgerOf(gateway, key);
    expect(row.usage).toMatchObject({ estimated: true, outputTokens: 0 });
    expect(nanoUsdOf(row.usage.cost.amount)).toBeGreaterThan(0);
    expect(await budgetOf(gateway, key)).toMatchObject({ spent: nanoUsdOf(row.usage.cost.amount), held: 0 });
  });
});

describe('a sum of money says what it leaves out', () => {
  it('a sum of money says what it leaves out in each row of usage, beside the name of the key, also when that is revoked', async () => {
    const upstream = await openUpstream();
    const { price: _, ...unpriced } = scriptedDeployment;
    const base = scriptedConfig(upstream);
    const gateway = await startGateway({
      ...base,
      deployments: { ...base.deployments, unpriced: { ...unpriced, model: 'no-such-model' } },
      routes: { ...base.routes, unpriced: { deployments: ['unpriced'], attempts: 1 } },
    });
    upstream.plays(saying('Hi'));
    const { secret: key, id } = await newKey(gateway, { name: 'web shop' });
    for (const [question, routeName] of [
      ['One', 'unpriced'],
      ['Two', 'default'],
      ['Three', 'unpriced'],
    ] as const) {
      await complete(gateway, prompt(question, { route: routeName }), { key });
    }
    await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id });
    await gateway.storage.ledger.flush();
    const input = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
    const report =
      'query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { principalName calls unpricedCalls usage { cost { amount } } } } }';
    const { data, errors } = await gateway.ask(report, { input: { ...input, groupBy: ['PRINCIPAL'] } });
    expect(errors).toBeUndefined();
    expect(data.aiUsage.rows).toEqual([{ principalName: 'web shop', calls: 3, unpricedCalls: 2, usage: { cost: { amount: '0.000014' } } }]);
    const { data: byRoute } = await gateway.ask(report, { input: { ...input, groupBy: ['ROUTE'] } });
    expect(byRoute.aiUsage.rows).toEqual([
      { principalName: null, calls: 1, unpricedCalls: 0, usage: { cost: { amount: '0.000014' } } },
      { principalName: null, calls: 2, unpricedCalls: 2, usage: { cost: null } },
    ]);
  });
});
