import { describe, expect, it } from 'vitest';
import type { GatewayConfig, RouteConfig } from '../../src/config/config.ts';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import type { RawReply, RawUpstream } from '../raw-upstream.ts';
import { complete, newKey, prompt } from './asking.ts';
import { exposed } from './metrics.ts';
import { hanging, openUpstream, saying, scriptedDeployment } from './scripted.ts';
import { underLimit } from './streams.ts';

const refuses = (status: number, error: object, headers: Readonly<Record<string, string>> = {}): RawReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  pieces: [JSON.stringify({ error })],
});
const inStream = (error: object, ...before: readonly string[]): RawReply => ({
  pieces: [compatible.begins, ...before.map(compatible.says), `data: ${JSON.stringify({ error })}\n\n`],
});
const tooLong = {
  message: "This model's maximum context length is 8192 tokens.",
  type: 'invalid_request_error',
  param: 'messages',
  code: 'context_length_exceeded',
};
const tooLarge = 'Request too large for gpt-5 in organization org-x on tokens per min (TPM): Limit 10000, Requested 20000.';

/** Answers that one caller's own words bring about. */
const provoked: readonly (readonly [string, RawReply])[] = [
  ['400 invalid', compatible.refuses('bad request')],
  ['400 context length', refuses(400, tooLong)],
  ['400 content filter', refuses(400, { message: 'Filtered.', type: null, param: 'prompt', code: 'content_filter' })],
  ['422', refuses(422, { message: 'Unprocessable.', code: 422 })],
  ['413', refuses(413, { message: 'Payload too large.' })],
  ['an empty answer that stops', { pieces: [compatible.empty] }],
  ['403 of a moderation', refuses(403, { code: 403, message: 'The model requires moderation and your input was flagged for "violence".' })],
  ['403 of a firewall', { status: 403, headers: { 'content-type': 'text/html' }, pieces: ['<html>Sorry, you have been blocked</html>'] }],
  ['404 for tools', refuses(404, { code: 404, message: 'No endpoints found that support tool use.' })],
  ['404 for images', refuses(404, { code: 404, message: 'No endpoints found that support image input' })],
  ['429 for its size', refuses(429, { message: tooLarge, type: 'tokens', code: 'rate_limit_exceeded' }, { 'retry-after': '60' })],
  ['500 for its size', refuses(500, { message: 'the input exceeds the available context size', type: 'server_error' })],
  ['an error event for its length', inStream(tooLong)],
  ['an error event for its content', inStream({ message: 'No.', type: 'invalid_request_error', code: 'content_policy_violation' })],
  ['an error event for its content, after a word', inStream({ message: 'No.', code: 'content_policy_violation' }, 'One')],
  ['an error event of an unknown kind', inStream({ message: 'It did not work.', code: 'strange' })],
  ['500 that a prompt provokes', refuses(500, { message: 'Internal error.', type: 'server_error' })],
  ['a reset connection', { pieces: [compatible.begins], ending: 'reset' }],
  ['a broken chunk', { pieces: [compatible.begins, 'data: {"choices":\n\n'] }],
  [
    '200 and an error for a body',
    { status: 200, headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify({ error: tooLong })] },
  ],
];

interface Shared {
  readonly gateway: TestGateway;
  readonly upstreams: readonly RawUpstream[];
  /** Secrets of keys: two of one team, one of another. */
  readonly evil: string;
  readonly colleague: string;
  readonly innocent: string;
}

async function shared(count: number, route: Partial<RouteConfig> = {}, config: Partial<GatewayConfig> = {}): Promise<Shared> {
  const upstreams = await Promise.all(Array.from({ length: count }, openUpstream));
  const names = upstreams.map((_, index) => `d${index}`);
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, ...Object.fromEntries(upstreams.map(({ url }, at) => [`d${at}`, compatible.provider(url)])) },
    deployments: {
      ...plainConfig.deployments,
      ...Object.fromEntries(names.map((provider) => [provider, { ...scriptedDeployment, provider }])),
    },
    routes: { ...plainConfig.routes, default: { deployments: names, attempts: 2, ...route } },
    ...config,
  });
  const keyOf = async (team: string): Promise<string> => (await newKey(gateway, { team })).secret;
  return { gateway, upstreams, evil: await keyOf('evil'), colleague: await keyOf('evil'), innocent: await keyOf('good') };
}

const ask = (gateway: TestGateway, text: string, key: string) =>
  complete(gateway, prompt(text), { key }).then(
    (answer): string => answer.text ?? answer.code,
    (error: Error) => error.message,
  );

describe('one caller opens no breaker for others', () => {
  it.each(provoked)('a caller who gets %s, ten times over, opens no breaker for others', async (_, reply) => {
    const { gateway, upstreams, evil, colleague, innocent } = await shared(1);
    for (const upstream of upstreams) upstream.plays(reply);
    for (let time = 0; time < 10; time += 1) await ask(gateway, `Bad ${time}`, evil);
    for (const upstream of upstreams) upstream.plays(saying('Hi.'));
    expect(await ask(gateway, 'Say hi.', innocent)).toBe('Hi.');
    expect(await ask(gateway, 'Say hi, too.', colleague)).toBe('Hi.');
    expect((await exposed(gateway)).value('fieldgate_deployment_circuit', { deployment: 'd0', state: 'open' })).toBe(0);
  });

  it.each(provoked)(
    'a caller who gets %s from two deployments opens no breaker for others: the first answers them, at the first attempt',
    async (_, reply) => {
      const { gateway, upstreams, evil, innocent } = await shared(2);
      for (const upstream of upstreams) upstream.plays(reply);
      for (let time = 0; time < 10; time += 1) await ask(gateway, `Bad ${time}`, evil);
      for (const upstream of upstreams) upstream.plays(saying('Hi.'));
      const answer = await complete(gateway, prompt('Say hi.'), { key: innocent });
      expect(answer).toMatchObject({ text: 'Hi.', provenance: { attempts: [{ deployment: 'd0', outcome: 'OK' }] } });
    },
  );

  it('a caller whose prompt makes the model think for too long opens no breaker for others', async () => {
    const found = await underLimit(150, async (firstChunkMs) => {
      const { gateway, upstreams, evil, innocent } = await shared(1, { firstChunkMs, attempts: 1 });
      upstreams[0]?.plays(hanging());
      const outcomes: string[] = [];
      for (let time = 0; time < 6; time += 1) outcomes.push(await ask(gateway, `Think ${time}`, evil));
      upstreams[0]?.plays(saying('Hi.'));
      const theirs = await ask(gateway, 'Say hi.', innocent);
      // On a busy machine the innocent one may be too late, too: a longer limit is tried then.
      return theirs === 'STREAM_STALLED' ? null : { outcomes, theirs, asked: upstreams[0]?.requests.length };
    });
    expect(found).toEqual({ outcomes: [...Array(5).fill('STREAM_STALLED'), 'MODEL_UNAVAILABLE'], theirs: 'Hi.', asked: 6 });
  });

  it('a caller opens no breaker for others by many keys of one team', async () => {
    const { gateway, upstreams, innocent } = await shared(1, { attempts: 1 });
    upstreams[0]?.plays(refuses(500, { message: 'Internal error.' }));
    for (let key = 0; key < 6; key += 1) {
      const { secret } = await newKey(gateway, { team: 'evil' });
      for (let time = 0; time < 5; time += 1) await ask(gateway, `Bad ${key} ${time}`, secret);
    }
    upstreams[0]?.plays(saying('Hi.'));
    expect(await ask(gateway, 'Say hi.', innocent)).toBe('Hi.');
  });

  it('a caller opens its own circuit, and what it asks then costs no request', async () => {
    const { gateway, upstreams, evil } = await shared(1, { attempts: 1 });
    upstreams[0]?.plays(inStream({ message: 'It did not work.', code: 'strange' }));
    for (let time = 0; time < 5; time += 1) await ask(gateway, `Bad ${time}`, evil);
    expect(await ask(gateway, 'Bad again', evil)).toBe('MODEL_UNAVAILABLE');
    expect(upstreams[0]?.requests).toHaveLength(5);
    const { value } = await exposed(gateway);
    expect(value('fieldgate_deployment_callers_shut_out', { deployment: 'd0' })).toBe(1);
  });

  it('an outage that two teams find opens the breaker for all', async () => {
    const { gateway, upstreams, evil, innocent } = await shared(1, { attempts: 1 });
    upstreams[0]?.plays(compatible.refuses('down'));
    for (let time = 0; time < 3; time += 1) for (const key of [evil, innocent]) await ask(gateway, `Hi ${time}`, key);
    const asked = upstreams[0]?.requests.length ?? 0;
    expect(asked).toBeLessThan(6);
    const { secret: third } = await newKey(gateway, { team: 'third' });
    expect(await ask(gateway, 'Say hi.', third)).toBe('MODEL_UNAVAILABLE');
    expect(upstreams[0]?.requests).toHaveLength(asked);
    expect((await exposed(gateway)).value('fieldgate_deployment_circuit', { deployment: 'd0', state: 'open' })).toBe(1);
  });

  it('a route that was dark answers again soon after its provider is back', { timeout: 60_000 }, async () => {
    const { gateway, upstreams, evil, innocent } = await shared(2, { attempts: 2 });
    for (const upstream of upstreams) upstream.plays(compatible.refuses('down'));
    for (let time = 0; time < 10; time += 1) for (const key of [evil, innocent]) await ask(gateway, `Hi ${time}`, key);
    for (const upstream of upstreams) upstream.plays(saying('Back.'));
    const answers: string[] = [];
    while (answers.at(-1) !== 'Back.' && answers.length < 2_000) {
      answers.push(await ask(gateway, `Hi again ${answers.length}`, innocent));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(answers.at(-1)).toBe('Back.');
    expect(await ask(gateway, 'Me too.', evil)).toBe('Back.');
  });
});
