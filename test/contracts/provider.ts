/**
 * What every Provider promises: `providerContract` for any, `wireContract` for those that speak to a vendor over HTTP.
 * One ending, one outcome, whatever the vendor.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chunkByChunk, type Said } from '../../src/core/batch.ts';
import { answerOf, completionOf } from '../../src/core/call/collect-answer.ts';
import { type Chunk, collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, completionRequest, type ModelRequest } from '../../src/core/request/request.ts';
import type { Provider, SendOptions } from '../../src/providers/provider.ts';
import type { Dialect, Refusal } from '../providers/dialects.ts';
import { newGate, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

const long = 60_000;

/** The whole answer of a provider that has one, as a stream of its chunks. */
export async function* wholeAnswerOf(
  provider: Provider,
  request: ModelRequest = completionRequest('Hi'),
  options: SendOptions = sendOptions('m'),
): AsyncGenerator<Chunk> {
  if (provider.answer === undefined) throw new Error(`${provider.name} has no whole answers.`);
  yield* await provider.answer(request, { ...options, withinMs: 60_000 });
}

/** Options that never run out of time; `reported` are the usages that were told. */
export function sendOptions(model: string, settings: Partial<SendOptions> = {}): SendOptions & { readonly reported: readonly Usage[] } {
  const reported: Usage[] = [];
  return {
    model,
    signal: new AbortController().signal,
    report: (usage) => reported.push(usage),
    firstChunkMs: long,
    idleMs: long,
    ...settings,
    reported,
  };
}

/** Everything that was said until the failure, and the failure. */
export async function outcomeOf(source: AsyncIterable<Said>): Promise<{ readonly said: readonly Chunk[]; readonly error: GatewayError }> {
  const said: Chunk[] = [];
  try {
    for await (const chunk of chunkByChunk(source)) said.push(chunk);
  } catch (error) {
    if (error instanceof GatewayError) return { said, error };
    throw error;
  }
  throw new Error(`It did not fail, but said ${JSON.stringify(said)}`);
}

export function providerContract(
  name: string,
  factory: () => Promise<{
    readonly provider: Provider;
    readonly model: string;
    readonly request: CompletionRequest;
    close?(): Promise<void>;
  }>,
): void {
  describe(`${name} as a provider`, () => {
    let made: Awaited<ReturnType<typeof factory>>;
    beforeAll(async () => {
      made = await factory();
    });
    afterAll(() => made.close?.());

    it(`${name} as a provider says something, and finishes last and once`, async () => {
      const said: Chunk[] = [];
      for await (const chunk of chunkByChunk(made.provider.send(made.request, sendOptions(made.model)))) said.push(chunk);
      expect(said.length).toBeGreaterThan(1);
      expect(said.filter((chunk) => chunk.type === 'finish')).toHaveLength(1);
      expect(said.at(-1)?.type).toBe('finish');
    });

    it(`${name} as a provider tells that its request is on the way before it says anything, where it tells so`, async () => {
      let told = 0;
      const sent = (): void => {
        told += 1;
      };
      const chunks = chunkByChunk(made.provider.send(made.request, { ...sendOptions(made.model), sent }));
      for await (const chunk of chunks) if (chunk.type !== 'warning') expect(told).toBe(made.provider.tellsSent === true ? 1 : 0);
    });

    it(`${name} as a provider tells its usage at most once`, async () => {
      const options = sendOptions(made.model);
      await collect(made.provider.send(made.request, options));
      expect(options.reported.length).toBeLessThanOrEqual(1);
    });

    it(`${name} as a provider is cancelled when the signal has fired before`, async () => {
      const options = sendOptions(made.model, { signal: AbortSignal.abort() });
      const { error, said } = await outcomeOf(made.provider.send(made.request, options));
      expect(error.code).toBe('CANCELLED');
      expect(said).toEqual([]);
    });

    it(`${name} as a provider answers whole what it says as a stream, and tells its usage once, where it can`, async () => {
      const options = sendOptions(made.model);
      const whole = await made.provider.answer?.(made.request, { ...options, withinMs: long });
      if (whole === undefined) return expect(options.reported).toEqual([]);
      const streamed = await collect(made.provider.send(made.request, sendOptions(made.model)));
      expect(completionOf(answerOf(whole))).toEqual(streamed);
      expect(whole.filter((chunk) => chunk.type === 'finish')).toEqual([whole.at(-1)]);
      expect(options.reported.length).toBeLessThanOrEqual(1);
    });

    it(`${name} as a provider is over once it was left`, async () => {
      const chunks = made.provider.send(made.request, sendOptions(made.model))[Symbol.asyncIterator]();
      await chunks.next();
      await chunks.return?.();
      await expect(chunks.next()).resolves.toMatchObject({ done: true });
    });

    it(`${name} as a provider may bill no less than it was asked`, () => {
      expect(made.provider.outputCeiling(made.request, made.model, 500)).toBeGreaterThanOrEqual(500);
    });
  });
}

const available = { code: 'MODEL_UNAVAILABLE', retryable: true };
const gone = { code: 'MODEL_UNAVAILABLE', retryable: false };
const refusals: readonly (readonly [Refusal, { readonly code: string; readonly retryable: boolean }])[] = [
  ['key', gone],
  ['forbidden', gone],
  ['model', gone],
  ['quota', gone],
  ['rate', available],
  ['overloaded', available],
  ['down', available],
  ['too long', { code: 'CONTEXT_TOO_LONG', retryable: false }],
  ['bad request', { code: 'BAD_REQUEST', retryable: false }],
];

export function wireContract(dialect: Dialect, secret: string): void {
  describe(`${dialect.name} over a wire`, () => {
    let upstream: RawUpstream;
    let provider: Provider;
    const request: ModelRequest = completionRequest('Say hi.', { maxOutputTokens: 100 });
    const send = (settings: Partial<SendOptions> = {}) => provider.send(request, sendOptions(dialect.model, settings));
    const { begins, ends, errorEvent } = dialect;
    const hi = dialect.says('Hi.');
    beforeAll(async () => {
      upstream = await rawUpstream(dialect.encoding);
      provider = dialect.provider(upstream.url);
    });
    beforeEach(() => upstream.plays());
    afterAll(() => upstream.close());

    /** The outcome, checked for what no outcome may show. */
    const failure = async (settings: Partial<SendOptions> = {}) => {
      const { said, error } = await outcomeOf(send(settings));
      const shown = `${error.message} ${JSON.stringify(error)} ${JSON.stringify(said)} ${error.stack} ${String(error.cause)} ${JSON.stringify(error.cause)}`;
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(upstream.url);
      expect(error.message).not.toMatch(/overloaded|incorrect|quota|https?:|\{/i);
      const text = said.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
      return { text, code: error.code, retryable: error.retryable, phase: error.details.phase, retryAfterMs: error.details.retryAfterMs };
    };

    it(`${dialect.name} over a wire contacts nobody before the first next()`, async () => {
      const before = upstream.requests.length;
      upstream.plays({ pieces: [begins, hi, ends] });
      const chunks = send()[Symbol.asyncIterator]();
      await new Promise(setImmediate);
      expect(upstream.requests).toHaveLength(before);
      await chunks.next();
      expect(upstream.requests).toHaveLength(before + 1);
      await chunks.return?.();
    });

    it(`${dialect.name} over a wire streams each piece as it comes, and finishes`, async () => {
      const gate = newGate();
      upstream.plays({ pieces: [begins, hi, gate, dialect.says(' Bye.'), ends] });
      const options = sendOptions(dialect.model);
      const chunks = chunkByChunk(provider.send(request, options));
      expect(await chunks.next()).toEqual({ done: false, value: { type: 'text', text: 'Hi.' } });
      gate.open();
      expect(await chunks.next()).toEqual({ done: false, value: { type: 'text', text: ' Bye.' } });
      expect(await chunks.next()).toEqual({ done: false, value: { type: 'finish', reason: 'stop' } });
      expect(await chunks.next()).toEqual({ done: true, value: undefined });
      expect(options.reported).toEqual([
        { freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 },
      ]);
    });

    it(`${dialect.name} over a wire uses one connection for calls in a row`, async () => {
      upstream.plays({ pieces: [begins, hi, ends] });
      await collect(send());
      const before = upstream.connections();
      await collect(send());
      await collect(send());
      expect(upstream.connections()).toBe(before);
    });

    it.each(refusals)(`${dialect.name} over a wire settles an HTTP refusal (%s)`, async (why, expected) => {
      upstream.plays(dialect.refuses(why));
      expect(await failure()).toMatchObject({ ...expected, phase: 'before-content', text: '' });
    });

    it(`${dialect.name} over a wire passes on how long the vendor asks to wait`, async () => {
      upstream.plays(dialect.refuses('rate'));
      expect(await failure()).toMatchObject({ retryAfterMs: 7_000 });
    });

    it(`${dialect.name} over a wire settles an HTTP 200 that carries an error body`, async () => {
      upstream.plays({ ...dialect.refuses('overloaded'), status: 200 });
      expect(await failure()).toMatchObject({ ...available, phase: 'before-content' });
    });

    it(`${dialect.name} over a wire settles an empty body`, async () => {
      upstream.plays({});
      expect(await failure()).toMatchObject({ ...available, phase: 'before-content' });
    });

    it(`${dialect.name} over a wire settles an answer that is OK and empty, with what it cost`, async () => {
      upstream.plays({ pieces: [dialect.empty] });
      const options = sendOptions(dialect.model);
      const { error } = await outcomeOf(provider.send(request, options));
      expect(error).toMatchObject({ ...available, details: { phase: 'before-content' } });
      expect(options.reported).toHaveLength(1);
    });

    it.each([
      ['a malformed event', { pieces: ['data: {"oops": \n\n', ends] }],
      ['an error event', { pieces: [errorEvent] }],
      ['an end without a finish', {}],
      ['a reset', { ending: 'reset' as const }],
    ])(`${dialect.name} over a wire settles %s, before the first content and after`, async (_, reply) => {
      const { pieces = [], ...ending } = { pieces: [] as string[], ...reply };
      upstream.plays({ pieces: [begins, ...pieces], ...ending }, { pieces: [begins, hi, ...pieces], ...ending });
      expect(await failure()).toMatchObject({ ...available, phase: 'before-content', text: '' });
      expect(await failure()).toMatchObject({ ...available, phase: 'mid-stream', text: 'Hi.' });
    });

    it(`${dialect.name} over a wire settles a reset before the answer began`, async () => {
      upstream.plays({ ending: 'reset' });
      expect(await failure()).toMatchObject({ ...available, phase: 'before-content' });
    });

    it(`${dialect.name} over a wire settles a stall before the first content and stops upstream`, async () => {
      upstream.plays({ pieces: [begins], ending: 'hang' });
      // The limit covers the way there: on a slow machine a short one passes before the request arrives, and shows nothing of upstream.
      const before = upstream.requests.length;
      for (let firstChunkMs = 200; upstream.requests.length === before; firstChunkMs *= 4) {
        expect(await failure({ firstChunkMs })).toMatchObject({
          code: 'STREAM_STALLED',
          retryable: true,
          phase: 'before-content',
          text: '',
        });
      }
      await upstream.requests.at(-1)?.closed;
    });

    it(`${dialect.name} over a wire settles a stall between two pieces and stops upstream`, async () => {
      upstream.plays({ pieces: [begins, hi], ending: 'hang' });
      expect(await failure({ idleMs: 200 })).toMatchObject({ code: 'STREAM_STALLED', retryable: true, phase: 'mid-stream', text: 'Hi.' });
      await upstream.requests.at(-1)?.closed;
    });

    it.each([
      ['before the answer began', [newGate()]],
      ['before the first content', [begins]],
      ['in the middle', [begins, hi]],
    ])(`${dialect.name} over a wire stops upstream when the signal fires %s`, async (_, pieces) => {
      const controller = new AbortController();
      upstream.plays({ pieces, ending: 'hang' });
      const before = upstream.requests.length;
      const chunks = send({ signal: controller.signal })[Symbol.asyncIterator]();
      if (pieces.some((piece) => piece === hi)) await chunks.next();
      const waiting = chunks.next();
      await until(() => upstream.requests.length > before);
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
      await upstream.requests.at(-1)?.closed;
      expect(upstream.requests.at(-1)?.cut()).toBe(true);
    });

    it(`${dialect.name} over a wire stops upstream when it is left while it waits`, async () => {
      upstream.plays({ pieces: [begins], ending: 'hang' });
      const before = upstream.requests.length;
      const chunks = send()[Symbol.asyncIterator]();
      const waiting = chunks.next();
      waiting.catch(() => {});
      await until(() => upstream.requests.length > before);
      await chunks.return?.();
      await upstream.requests.at(-1)?.closed;
      expect(upstream.requests.at(-1)?.cut()).toBe(true);
    });

    it(`${dialect.name} over a wire tells of a custom reason of the signal`, async () => {
      const controller = new AbortController();
      upstream.plays({ pieces: [begins, hi], ending: 'hang' });
      const chunks = send({ signal: controller.signal })[Symbol.asyncIterator]();
      await chunks.next();
      const waiting = chunks.next();
      controller.abort(new GatewayError('TIMEOUT', 'Too late.'));
      await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT', message: 'Too late.' });
    });

    it(`${dialect.name} over a wire settles a server that cannot be reached`, async () => {
      const gone = await rawUpstream();
      await gone.close();
      const { error } = await outcomeOf(dialect.provider(gone.url).send(request, sendOptions(dialect.model)));
      expect(error).toMatchObject({ ...available, details: { phase: 'before-content' } });
      expect(error.message).not.toContain('127.0.0.1');
    });
  });
}

/** Lets the process go on until the condition holds. The test's own time limit ends what never comes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
