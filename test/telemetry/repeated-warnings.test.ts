import { describe, expect, it } from 'vitest';
import { repeatedSeldom } from '../../src/telemetry/repeated-warnings.ts';

function warnings(everyMs = 1_000) {
  const clock = { time: 0 };
  const said: (readonly [string, unknown])[] = [];
  const warn = repeatedSeldom((sentence, fields) => said.push([sentence, fields]), { everyMs, monotonicMs: () => clock.time });
  return { clock, said, warn };
}

describe('a warning that comes again and again', () => {
  it('a warning that comes again and again is said at once, and then once in a while with how often it was held back', () => {
    const { clock, said, warn } = warnings();
    for (const time of [0, 1, 999, 1_000, 1_500, 2_500]) {
      clock.time = time;
      warn('The disk is full.', { at: time });
    }
    expect(said).toEqual([
      ['The disk is full.', { at: 0 }],
      ['The disk is full.', { at: 1_000, repeated: 2 }],
      ['The disk is full.', { at: 2_500, repeated: 1 }],
    ]);
  });

  it('a warning that comes again and again does not hold back another one', () => {
    const { said, warn } = warnings();
    for (const sentence of ['One.', 'Two.', 'One.']) warn(sentence, {});
    expect(said.map(([sentence]) => sentence)).toEqual(['One.', 'Two.']);
  });

  it('a warning that comes again and again is forgotten when a thousand others have come: sentences with names in them fill no memory', () => {
    const { said, warn } = warnings();
    warn('First.', {});
    for (let n = 0; n < 1_000; n += 1) warn(`Other ${n}.`, {});
    warn('First.', {});
    expect(said.filter(([sentence]) => sentence === 'First.')).toHaveLength(2);
  });
});
