import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Principal, Settlement } from '../../src/core/call/call.ts';
import { type Chunk, collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { noUsage } from '../../src/core/money.ts';
import { openRuns } from '../../src/runs/open-runs.ts';
import { plainAnswers } from '../../src/runs/plain-answers.ts';
import { memoryCompletions } from './memory-completions.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const ann: Principal = { id: 'key:ann', kind: 'key', team: null, scopes: [], routes: null, limits: [] };
const never = new AbortController().signal;

/** In bytes, with what buffers take outside. */
async function heapInUse(): Promise<number> {
  for (let turn = 0; turn < 2; turn += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const times = <T>(count: number, of: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => of(index));
const call = (id: string, argumentsText: string, done: boolean): Chunk => ({ type: 'tool-call', id, name: 'find', argumentsText, done });

const settlementOf = (index: number): Settlement => ({
  usage: { ...noUsage, freshInputTokens: index, outputTokens: index + 1 },
  estimated: false,
  cost: 1_000_000 + index,
  savedCost: 0,
  cache: 'MISS',
  attempts: times(2, (attempt) => ({ deployment: `vendor-${attempt}`, outcome: 'OK', latencyMs: index + 0.5 })),
  deployment: 'vendor-1',
  provider: 'vendor',
  model: 'model',
  outcome: 'OK',
  latencyMs: index + 0.25,
  timeToFirstTokenMs: index + 0.125,
});

/** What a model may say, told apart by what a log keeps of it. */
const answers: readonly (readonly [string, (run: number) => readonly Chunk[]])[] = [
  ['one word', (run) => [{ type: 'text', text: `word${run}` }]],
  ['many words', () => times(300, (index) => ({ type: 'text', text: `word${index} ` }))],
  ['words of other alphabets', () => times(300, (index) => ({ type: 'text', text: `слово${index} ` }))],
  ['thoughts between words', () => times(100, (index) => ({ type: index % 2 === 0 ? 'text' : 'reasoning', text: `word${index} ` }))],
  [
    'calls of tools',
    () => times(20, (index) => [call(`${index}`, '{"a":', false), call(`${index}`, '{"a":[1,2,{"b":"text"}]}', true)]).flat(),
  ],
  [
    'a structured answer that grows',
    () =>
      times(60, (size) => ({
        type: 'object',
        value: Object.fromEntries(times(size, (index) => [`name${index}`, `${index}`])),
        final: size === 59,
      })),
  ],
  ['warnings', (run) => times(10, (index) => ({ type: 'warning', message: `The warning ${index} of the run ${run}` }))],
];

describe('the memory that is counted', () => {
  const runsMeasured = 400;

  it.each(answers.flatMap(([name, said]) => [false, true].map((fails) => ({ name, fails, said }))))(
    'the memory that is counted for an ended run is what it takes: $name (it fails: $fails)',
    async ({ said, fails }) => {
      const runs = openRuns({ completions: memoryCompletions(), maxEndedBytes: Number.MAX_SAFE_INTEGER });
      const kept: unknown[] = [];
      let counted = 0;
      const ended = async (index: number): Promise<void> => {
        const run = await runs.start({
          principal: ann,
          idempotencyKey: null,
          input: { prompt: `${'x'.repeat(10_000)}${index}` },
          route: 'default',
          detached: false,
          async *source({ report }) {
            report({ type: 'settled', callId: `${index}`, settlement: settlementOf(index) });
            for (const chunk of said(index)) {
              await null;
              yield chunk;
            }
            if (fails) throw new GatewayError('MODEL_UNAVAILABLE', `It broke off in run ${index}.`);
            yield { type: 'finish', reason: 'stop' };
          },
        });
        for await (const _ of run.events(null, never)) void _;
        kept.push(run);
        counted += (run as unknown as { bytes(): number }).bytes();
      };
      for (let index = 0; index < 50; index += 1) await ended(index);
      counted = 0;
      const before = await heapInUse();
      for (let index = 0; index < runsMeasured; index += 1) await ended(index);
      const taken = (await heapInUse()) - before;
      expect(kept).toHaveLength(runsMeasured + 50);
      expect(taken / counted).toBeLessThan(1.15);
      expect(taken / counted).toBeGreaterThan(0.4);
      await runs.stop();
    },
  );

  it.each(answers)('the memory that is counted for a plain answer is what it takes: %s', async (_, said) => {
    const answered = plainAnswers({ maxBytes: Number.MAX_SAFE_INTEGER, keptMs: 600_000, now: () => 0 });
    const ask = async (index: number): Promise<void> => {
      const chunks = async function* () {
        for (const chunk of said(index)) {
          await null;
          yield chunk;
        }
      };
      await answered.answer({ principal: ann, route: 'default', signal: never, ask: () => collect(chunks()) });
    };
    for (let index = 0; index < 50; index += 1) await ask(index);
    const [before, counted] = [await heapInUse(), answered.bytes];
    for (let index = 0; index < runsMeasured; index += 1) await ask(index);
    const taken = (await heapInUse()) - before;
    expect(taken / (answered.bytes - counted)).toBeLessThan(1.15);
  });
});
