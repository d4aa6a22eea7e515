/** How long an answer is held back: for a bounded time, as far as its guardrails allow; and that time changes no verdict. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../../src/core/chunk.ts';
import { completionRequest } from '../../../../src/core/request/request.ts';
import type { Guardrail } from '../../../../src/pipeline/guard/guardrail.ts';
import { patternGuard } from '../../../../src/pipeline/guard/pattern-guard.ts';
import { type GuardOptions, guarded } from '../../../../src/pipeline/guard.ts';
import { over } from '../../../faces.ts';
import { perRound } from '../../../rounds.ts';
import { aCall, cutAt, endingOf, says, stop, textIn } from '../calls.ts';
import { handClock } from './hand-clock.ts';

const holdBackMs = 150;

interface Piece {
  readonly afterMs: number;
  readonly chunk: Chunk;
}

interface Shown {
  readonly atMs: number;
  readonly chunk: Chunk;
}

/** The answer as it is shown, each chunk with its time. */
async function shownOf(pieces: readonly Piece[], guardrails: readonly Guardrail[], options: Partial<GuardOptions> = {}) {
  const clock = handClock();
  const shown: Shown[] = [];
  const step = over(guarded({ guardrails: () => guardrails, mask: () => false, holdBackMs, clock, ...options }));
  async function* answer(): AsyncGenerator<Chunk> {
    for (const { afterMs, chunk } of pieces) {
      if (afterMs > 0) await clock.sleep(afterMs);
      yield chunk;
    }
  }
  async function* timed(): AsyncGenerator<Chunk> {
    for await (const chunk of step(answer)(completionRequest('Write to a@x.io'), aCall())) {
      shown.push({ atMs: clock.nowMs(), chunk });
      yield chunk;
    }
  }
  const { error } = await clock.run(endingOf(timed()));
  return { shown, text: textIn(shown.map(({ chunk }) => chunk)), error, timersLeft: clock.timers() };
}

const falcon = patternGuard({ name: 'falcon', patterns: ['falcon'], on: ['output'] });
const lookback = 12;
const later = (afterMs: number, ...texts: string[]): Piece[] => says(...texts).map((chunk) => ({ afterMs, chunk }));
const textsAt = (shown: readonly Shown[]): (readonly [number, string])[] => shown.map(({ atMs, chunk }) => [atMs, textIn([chunk])]);

describe('text without an end of a sentence', () => {
  const row = '| 1 | a row of a table with words\n';

  it('text without an end of a sentence is shown after the time that it may be held back, up to where a guardrail may be in the middle of it', async () => {
    const { shown } = await shownOf([...later(0, row), ...later(1_000, 'end.')], [falcon]);
    expect(textsAt(shown)).toEqual([
      [holdBackMs, row.slice(0, -lookback)],
      [1_000, `${row.slice(-lookback)}end.`],
    ]);
  });

  it('text without an end of a sentence streams: what has come waits no longer than that, beside what guardrails look back at', async () => {
    const words = Array.from({ length: 100 }, (_, index) => `word${String(index).padStart(3, '0')} `);
    const { shown } = await shownOf(later(20, ...words), [falcon]);
    let said = 0;
    for (const { atMs, chunk } of shown.slice(0, -1)) {
      said += textIn([chunk]).length;
      const came = Math.floor((atMs - holdBackMs) / 20) * 8;
      expect(said).toBeGreaterThanOrEqual(came - lookback);
    }
    expect(shown.length).toBeGreaterThan(10);
  });

  it('text without an end of a sentence of which nothing can go yet goes with the first text behind it, once its time has passed', async () => {
    const { shown } = await shownOf([...later(0, 'short'), ...later(200, ' and then longer'), ...later(500, 'end')], [falcon]);
    expect(textsAt(shown)[0]).toEqual([200, 'short and then longer'.slice(0, -lookback)]);
  });

  it.each<[string, Guardrail[]]>([
    ['a guardrail does not say how far it looks back', [falcon, { ...falcon, name: 'other', lookback: 300 }]],
    ['a pattern has no longest match', [patternGuard({ name: 'long', patterns: ['falcon', 'a\\s+b'] })]],
    ['a pattern has a longer match than 256 characters', [patternGuard({ name: 'long', patterns: ['fal.{0,200}con'] })]],
    ['a guardrail wants the whole', [patternGuard({ name: 'whole', patterns: ['falcon'], window: 'whole' })]],
  ])('text without an end of a sentence waits for its end where %s', async (_, guardrails) => {
    const { shown, text } = await shownOf([...later(0, row), ...later(1_000, 'end')], guardrails);
    expect(textsAt(shown).map(([atMs]) => atMs)).not.toContain(holdBackMs);
    expect(text).toBe(`${row}end`);
  });

  it('text without an end of a sentence that a guardrail refuses so far waits for its sentence, which is judged alone', async () => {
    const guardrail = patternGuard({ name: 'word', patterns: ['\\bfalcon\\b'], on: ['output'] });
    const early = [...later(0, 'a long beginning, then falcon'), ...later(200, 'ry and other birds')];
    expect(await shownOf(early, [guardrail])).toMatchObject({ text: 'a long beginning, then falconry and other birds', error: null });
    const refused = await shownOf([...later(0, 'a long beginning, then falcon'), ...later(200, ' and other birds')], [guardrail]);
    expect(refused).toMatchObject({ error: { code: 'GUARDRAIL_BLOCKED' } });
    expect(refused.text).toBe('');
  });

  it('text without an end of a sentence is refused for what begins in text that was shown and ends behind it', async () => {
    const spaced = patternGuard({ name: 'spaced', patterns: ['fal.{1,8}con'], on: ['output'] });
    const { text, error } = await shownOf(
      [...later(0, `${'word '.repeat(20)}fal`), ...later(200, '-----'), ...later(200, 'con.')],
      [spaced],
    );
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
    expect(text).not.toContain('fal');
  });

  it('text without an end of a sentence is refused for what begins in a sentence that was shown and ends in it', async () => {
    const across = patternGuard({ name: 'across', patterns: ['stop\\. go'], on: ['output'] });
    const { text, error } = await shownOf([...later(0, `Full stop. go ${'on '.repeat(20)}`), ...later(200, 'more')], [across]);
    expect([text, error]).toEqual(['Full stop. ', expect.objectContaining({ code: 'GUARDRAIL_BLOCKED' })]);
  });

  it('text without an end of a sentence is refused for what is parted by characters that show nothing, however many', async () => {
    const parted = [...later(0, `${'word '.repeat(5)}fal${'\u200b'.repeat(60)}`), ...later(200, `con ${'word '.repeat(5)}`)];
    const { text, error } = await shownOf([...parted, ...later(200, 'end')], [falcon]);
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
    expect(text).not.toMatch(/fal|con/);
  });

  it('text without an end of a sentence is refused for what is spread over more than two short sentences', async () => {
    const spread = patternGuard({ name: 'spread', patterns: ['二。三。四'], on: ['output'] });
    const { text, error } = await shownOf(later(0, '一。二。三。四。'), [spread]);
    expect([text, error]).toEqual(['一。二。三。', expect.objectContaining({ code: 'GUARDRAIL_BLOCKED' })]);
  });

  it('text without an end of a sentence is checked by a guardrail that cannot answer with its whole window, which it then refuses', async () => {
    const broken: Guardrail = { ...falcon, check: () => Promise.reject(new Error('down')) };
    expect(await shownOf([...later(0, row), ...later(1_000, 'end')], [broken])).toMatchObject({
      text: '',
      error: { code: 'GUARDRAIL_BLOCKED', retryable: true },
    });
  });

  it('text without an end of a sentence keeps warnings in their place', async () => {
    const warning: Chunk = { type: 'warning', message: 'w' };
    const { shown } = await shownOf([...later(0, row), { afterMs: 0, chunk: warning }, ...later(200, row), ...later(200, 'end')], [falcon]);
    const chunks = shown.map(({ chunk }) => chunk);
    expect(textIn(chunks.slice(0, chunks.indexOf(warning)))).toBe(row);
  });
});

describe('the timer of the hold-back', () => {
  it('the timer of the hold-back ends with a stream that is left while it is set, and the stream below is returned', async () => {
    const clock = handClock();
    let returned = false;
    const step = over(guarded({ guardrails: () => [falcon], mask: () => false, holdBackMs, clock }));
    async function* answer(): AsyncGenerator<Chunk> {
      try {
        yield* says(`Hello. ${'word '.repeat(9)}`, `${'word '.repeat(9)}`);
        await clock.sleep(1_000);
      } finally {
        returned = true;
      }
    }
    const chunks = step(answer)(completionRequest('hi'), aCall())[Symbol.asyncIterator]();
    await clock.run(chunks.next());
    await clock.run(chunks.next());
    expect(clock.nowMs()).toBe(holdBackMs);
    await clock.run(Promise.resolve(chunks.return?.()));
    await clock.run(clock.sleep(2_000));
    expect([clock.timers(), returned]).toEqual([0, true]);
  });

  it('the timer of the hold-back ends with a call that is cancelled', async () => {
    const clock = handClock();
    const left = new AbortController();
    const step = over(guarded({ guardrails: () => [falcon], mask: () => false, holdBackMs, clock }));
    async function* answer(): AsyncGenerator<Chunk> {
      yield* says('word '.repeat(9));
      await clock.sleep(10);
      left.abort();
      throw new Error('cut');
    }
    const { error } = await clock.run(endingOf(step(answer)(completionRequest('hi'), aCall({ signal: left.signal }))));
    expect(error).toMatchObject({ message: 'cut' });
    expect(clock.timers()).toBe(0);
  });
});

describe('an answer under any cut and any delay', () => {
  const forbidden = [/fal.{0,3}con/g, /\bkey-\d{2}\b/g, /二。三。四/g];
  /** `fal`, three characters of two units each, `con`. */
  const longestMatch = 12;
  const patterns = forbidden.map(({ source }) => source);
  const words = [
    'falcon',
    'fal',
    'con',
    'fal--',
    'f\u200bal\u200b\u200bcon',
    'key-',
    '12',
    '12 ',
    '3',
    ' ',
    '. ',
    '\n',
    '\n\n',
    '1. ',
    '```\n',
    '。',
    'e.g. ',
  ];
  const word = fc.constantFrom(
    ...words,
    '漢字',
    '😀',
    '\u{e0041}',
    '<EMAIL_1>',
    '<EMAIL',
    '_1>',
    'x'.repeat(30),
    'word '.repeat(8),
    '\u200b'.repeat(20),
  );
  const seen = (text: string): string => text.replace(/\u200b|\u{e0041}/gu, '');
  const delay = fc.constantFrom(0, 0, 1, 40, holdBackMs - 1, holdBackMs, holdBackMs + 1, 700);

  it('an answer under any cut and any delay has the same verdict and the same text, and nothing that is refused leaves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(), delay), { maxLength: 30 }),
        fc.constantFrom('sentence' as const, 'sentence' as const, 'whole' as const),
        fc.constantFrom(undefined, 64, 120),
        fc.boolean(),
        fc.constantFrom({}, { lookback: longestMatch }),
        fc.boolean(),
        async (parts, cuts, window, holdBackBytes, mask, exact, waits) => {
          const text = parts.join('');
          const found = { ...patternGuard({ name: 'words', patterns, window, on: ['output'] }), ...exact };
          const guardrail: Guardrail = waits ? { ...found, check: async (said, by) => found.check(said, by) } : found;
          const options = { mask: () => mask, ...(holdBackBytes === undefined ? {} : { holdBackBytes }) };
          const end: Piece = { afterMs: 0, chunk: stop };
          const texts = cutAt(
            text,
            cuts.map(([place]) => place),
          );
          const pieces = texts.flatMap((piece, index) => later(cuts[index]?.[1] ?? 0, piece));
          const whole = await shownOf([...later(0, text).filter(() => text !== ''), end], [guardrail], options);
          const cut = await shownOf([...pieces, end], [guardrail], options);

          expect(cut.error).toEqual(whole.error === null ? null : expect.objectContaining({ code: 'GUARDRAIL_BLOCKED' }));
          if (whole.error === null) expect(cut.text).toBe(whole.text);
          if (texts.every((piece) => piece.isWellFormed()))
            for (const [, said] of textsAt(cut.shown)) expect(said.isWellFormed()).toBe(true);

          const asSaid = mask ? cut.text.replaceAll('a@x.io', '<EMAIL_1>') : cut.text;
          expect(text.startsWith(asSaid)).toBe(true);
          for (const reading of [(said: string) => said, seen]) {
            const shown = reading(asSaid).length;
            for (const pattern of forbidden) {
              for (const match of reading(text).matchAll(pattern)) {
                expect(cut.error).not.toBeNull();
                expect(match.index + match[0].length).toBeGreaterThan(shown);
              }
            }
          }
          expect(cut.timersLeft).toBe(0);
        },
      ),
      { numRuns: perRound(80, 2_000) },
    );
  });
});
