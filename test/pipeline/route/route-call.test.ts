import { describe, expect, it } from 'vitest';
import type { Spent } from '../../../src/core/call/call.ts';
import { collect } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { healthBook } from '../../../src/routing/health.ts';
import type { Route } from '../../../src/routing/route.ts';
import {
  account,
  breaks,
  call,
  type Double,
  deployment,
  double,
  embeddingRequest,
  fails,
  gateway,
  hangs,
  request,
  route,
  says,
  yields,
} from '../../doubles.ts';

const failureOf = (answer: Promise<unknown>): Promise<GatewayError> =>
  answer.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: GatewayError) => error,
  );
const ask = (routes: readonly Route[] | Route, asked = call(), what: Parameters<ReturnType<typeof gateway>['handle']>[0] = request) =>
  collect(gateway(Array.isArray(routes) ? routes : [routes as Route]).handle(what, asked));

/** Fails so often, then says the text. */
function recovers(times: number, text: string, details: { retryAfterMs?: number } = {}): Double {
  const failing = fails('MODEL_UNAVAILABLE', details);
  const speaking = says(text);
  let asked = 0;
  return double('recovers', (what, options) => {
    asked += 1;
    return (asked > times ? speaking : failing).send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
  });
}

describe('the route', () => {
  it('the route names the routes there are when it does not know one', async () => {
    const failure = await failureOf(ask([route('default', [says('Hi.')]), route('cheap', [says('Hi.')])], call({ route: 'fast' })));
    expect(failure).toMatchObject({ code: 'BAD_REQUEST', message: 'There is no route "fast". Routes: default, cheap.' });
  });

  it('the route never falls back once somebody has been shown something', async () => {
    const second = says('Other.');
    const failure = await failureOf(ask(route('default', [breaks('Half an'), second]), call({ live: true })));
    expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { phase: 'mid-stream' } });
    expect(second.asked).toHaveLength(0);
  });

  it('the route drops the warnings of an attempt that failed, and keeps those of the one that answered', async () => {
    const warnsAndFails = double('warns', async function* () {
      yield { type: 'warning', message: 'of the first' };
      throw new GatewayError('MODEL_UNAVAILABLE', 'It fails.');
    });
    const warns = yields({ type: 'warning', message: 'of the second' }, { type: 'text', text: 'Hi.' }, { type: 'finish', reason: 'stop' });
    await expect(ask(route('default', [warnsAndFails, warns]))).resolves.toMatchObject({ text: 'Hi.', warnings: ['of the second'] });
  });

  it('the route retries the last deployment, but not more often than the route allows', async () => {
    await expect(ask(route('default', [recovers(2, 'Back.')], { attempts: 3 }))).resolves.toMatchObject({ text: 'Back.' });
    const failure = await failureOf(ask(route('default', [recovers(3, 'Back.')], { attempts: 3 })));
    expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(failure.details.attempts).toHaveLength(3);
  });

  it('the route does not repeat a failure whose repetition cannot help', async () => {
    const provider = fails('MODEL_UNAVAILABLE', { retryable: false });
    const failure = await failureOf(ask(route('default', [provider], { attempts: 5 })));
    expect(provider.asked).toHaveLength(1);
    expect(failure.retryable).toBe(false);
  });

  it('the route waits as long as the provider asks', async () => {
    const events: string[] = [];
    const provider = recovers(1, 'Back.', { retryAfterMs: 40 });
    const watched = double('watched', (what, options) => {
      if (events.length === 0) setTimeout(() => events.push('half the time'), 20);
      events.push('asked');
      return provider.send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
    });
    await ask(route('default', [watched]));
    expect(events).toEqual(['asked', 'half the time', 'asked']);
  });

  it('the route says when to come back instead of waiting beyond its time', async () => {
    const provider = fails('RATE_LIMITED', { retryAfterMs: 30_000 });
    const failure = await failureOf(ask(route('default', [provider], { totalMs: 5_000 })));
    expect(provider.asked).toHaveLength(1);
    expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(failure.details.retryAfterMs).toBeGreaterThan(29_000);
    expect(failure.details.attempts).toMatchObject([{ deployment: 'fails-1', outcome: 'RATE_LIMITED' }]);
  });

  it('the route stops waiting for a retry when the client leaves', async () => {
    const provider = fails('RATE_LIMITED', { retryAfterMs: 30_000 });
    const asked = call();
    const answer = failureOf(ask(route('default', [provider]), asked));
    await new Promise((resolve) => setTimeout(resolve, 5));
    asked.leave();
    expect(await answer).toMatchObject({ code: 'CANCELLED' });
  });

  it('the route ends a call after the time that the route gives it', async () => {
    const provider = hangs('Hello');
    const failure = await failureOf(ask(route('default', [provider, says('Hi.')], { totalMs: 20 })));
    expect(failure).toMatchObject({ code: 'TIMEOUT' });
    expect(provider.aborted()).toBe(1);
  });

  it('the route gives a call that asks a second time what the first left of attempts and of time', async () => {
    const provider = says('Hi.');
    let time = 1_000;
    const { handle } = gateway([route('default', [provider], { attempts: 2, totalMs: 5_000 })], { monotonicMs: () => time });
    const ask = (spent: Spent) => collect(handle(request, call({ spent })));

    const spent: Spent = { attempts: 0, endsAt: null };
    await ask(spent);
    expect(spent).toMatchObject({ attempts: 1, endsAt: { route: 6_000 } });
    time = 6_000;
    expect(await failureOf(ask(spent))).toMatchObject({ code: 'TIMEOUT' });
    expect(provider.asked).toHaveLength(1);

    time = 5_999;
    await ask(spent);
    expect(await failureOf(ask(spent))).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: 'Route "default" allows a call 2 attempts, and all of them are used.',
    });
    expect(provider.asked).toHaveLength(2);
  });

  it.each([3_600_000, -3_600_000])(
    'the route is not led astray by a wall clock that jumps by %i ms in the middle of a call',
    async (jumpMs) => {
      const health = healthBook();
      let jumped = 0;
      const recovering = recovers(1, 'Back.', { retryAfterMs: 5 });
      const jumps = deployment(
        double('jumps', (what, options) => {
          jumped = jumpMs;
          return recovering.send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 });
        }),
      );
      const { handle } = gateway([route('default', [jumps], { attempts: 2 })], { health, now: () => Date.now() + jumped });
      await expect(collect(handle(request, call()))).resolves.toMatchObject({ text: 'Back.' });
      const { latencyMs } = health.of(jumps);
      expect(latencyMs).toBeGreaterThanOrEqual(0);
      expect(latencyMs).toBeLessThan(60_000);
    },
  );

  it.each(['GUARDRAIL_BLOCKED', 'BAD_REQUEST', 'INVALID_OUTPUT'] as const)(
    'the route raises %s as it is, and asks no other deployment',
    async (code) => {
      const second = says('Hi.');
      expect(await failureOf(ask(route('default', [fails(code), second])))).toMatchObject({ code, message: `It fails with ${code}.` });
      expect(second.asked).toHaveLength(0);
    },
  );

  it('the route keeps the code of a stall, and never shows the vendor’s UNAUTHENTICATED to the caller', async () => {
    expect(await failureOf(ask(route('default', [fails('STREAM_STALLED')], { attempts: 1 })))).toMatchObject({ code: 'STREAM_STALLED' });
    expect(await failureOf(ask(route('default', [fails('UNAUTHENTICATED')])))).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: false,
    });
  });

  it('the route skips a deployment that the budget has no room for, without opening its circuit', async () => {
    const health = healthBook();
    const dear = deployment(says('Dear.'), { id: 'dear', maxOutputTokens: 1_000_000 });
    const cheap = deployment(says('Cheap.'), { id: 'cheap', maxOutputTokens: 10 });
    const { handle } = gateway([route('default', [dear, cheap], { attempts: 1 })], { health });
    for (let time = 0; time < 10; time += 1) {
      const asked = call({ hold: account(1_000_000).hold });
      await expect(collect(handle(request, asked))).resolves.toMatchObject({ text: 'Cheap.' });
      expect(asked.attempts()).toMatchObject([{ deployment: 'dear', outcome: 'BUDGET_EXCEEDED' }, { deployment: 'cheap' }]);
    }
    expect(health.of(dear)).toMatchObject({ circuit: 'closed', errorRate: null });
  });

  it('the route raises BUDGET_EXCEEDED, or UNPRICED, when none is left', async () => {
    const asked = () => call({ hold: account(1).hold });
    expect(await failureOf(ask(route('default', [says('A.'), says('B.')]), asked()))).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    const unpriced = deployment(says('A.'), { price: null });
    expect(await failureOf(ask(route('default', [unpriced]), asked()))).toMatchObject({ code: 'UNPRICED' });
  });

  it('the route leaves a deployment alone that keeps failing, and says when to come back', async () => {
    const provider = fails('MODEL_UNAVAILABLE');
    const { handle } = gateway([route('default', [provider], { attempts: 1 })]);
    for (let time = 0; time < 5; time += 1) await failureOf(collect(handle({ ...request, seed: time }, call())));
    const failure = await failureOf(collect(handle({ ...request, seed: 9 }, call())));
    expect(provider.asked).toHaveLength(5);
    expect(failure.details.retryAfterMs).toBeGreaterThan(0);
  });

  it('the route sends a request only where it can be served, and names where', async () => {
    const texts = deployment(says('Text.'), { id: 'texts', capabilities: ['completion'] });
    const eyes = deployment(says('Seen.'), { id: 'eyes', capabilities: ['completion', 'images'] });
    const image = completionRequest([{ role: 'user', content: [{ type: 'image', url: 'https://example.org/a.png' }] }]);
    await expect(ask(route('default', [texts, eyes]), call(), image)).resolves.toMatchObject({ text: 'Seen.' });
    const failure = await failureOf(ask([route('default', [texts]), route('vision', [eyes])], call(), image));
    expect(failure).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'Route "default" has no deployment for images. Routes that have one: vision.',
    });
    const vectors = await failureOf(ask(route('default', [texts]), call(), embeddingRequest('a')));
    expect(vectors.message).toContain('no deployment for embeddings');
  });

  it('the route does not send what is too long', async () => {
    const provider = says('Hi.');
    const long = completionRequest('word '.repeat(200));
    const limited = await failureOf(ask(route('default', [provider]), call(), { ...long, maxInputTokens: 100 }));
    expect(limited).toMatchObject({ code: 'CONTEXT_TOO_LONG', message: expect.stringContaining('maxInputTokens allows 100') });
    const small = deployment(provider, { contextWindow: 150 });
    expect(await failureOf(ask(route('default', [small]), call(), long))).toMatchObject({ code: 'CONTEXT_TOO_LONG' });
    const answer = await failureOf(ask(route('default', [small]), call(), { ...completionRequest('word'), maxOutputTokens: 9_999 }));
    expect(answer.message).toContain('has room for 0 beside the answer of up to 9999 (maxOutputTokens)');
    expect(provider.asked).toHaveLength(0);
    const large = deployment(says('Read.'), { contextWindow: 10_000 });
    await expect(ask(route('default', [small, large]), call(), long)).resolves.toMatchObject({ text: 'Read.' });
  });

  it('the route measures the texts of an embedding one by one', async () => {
    const small = deployment(says(''), { contextWindow: 20 });
    const many = embeddingRequest(...Array.from({ length: 10 }, () => 'four words of text'));
    expect((await ask(route('default', [small]), call(), many)).vectors).toHaveLength(10);
    const failure = await failureOf(ask(route('default', [small]), call(), embeddingRequest('word '.repeat(30))));
    expect(failure.message).toContain('The longest text');
  });

  it('the route falls back for embeddings only between deployments of one model', async () => {
    const first = deployment(fails('MODEL_UNAVAILABLE', { retryable: false }), { id: 'first', model: 'm' });
    const same = deployment(says(''), { id: 'same', model: 'm' });
    const otherModel = says('');
    const other = deployment(otherModel, { id: 'other', model: 'n' });
    await ask(route('default', [first, other, same]), call(), embeddingRequest('a'));
    expect(otherModel.asked).toHaveLength(0);
    expect(await failureOf(ask(route('default', [first, other]), call(), embeddingRequest('a')))).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    });
  });

  it('the route lets only the provider options through that it allows', async () => {
    const asked = completionRequest('Hi', { providerOptions: { reasoningEffort: 'low', logprobs: true } });
    const failure = await failureOf(ask(route('default', [says('Hi.')], { providerOptions: ['reasoningEffort'] }), call(), asked));
    expect(failure).toMatchObject({
      code: 'BAD_REQUEST',
      message: 'providerOptions.logprobs is not allowed on route "default". It allows: reasoningEffort.',
    });
    const allowed = route('default', [says('Hi.')], { providerOptions: ['reasoningEffort', 'logprobs'] });
    await expect(ask(allowed, call(), asked)).resolves.toMatchObject({ text: 'Hi.' });
  });
});
