import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { type LogContent, type LoggedEvent, runLog } from '../../src/runs/event-log.ts';

const maxBytes = 1_000_000;
const piece = fc.string({ maxLength: 5 });
/** A step: a chunk is added, or somebody reads all that there is. */
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom('text' as const, 'reasoning' as const), text: piece }),
    fc.record({
      type: fc.constant('tool-call' as const),
      id: fc.constantFrom('a', 'b'),
      name: fc.constant('find'),
      argumentsText: piece,
      done: fc.constant(false as const),
    }),
    fc.constantFrom('a', 'b'),
    fc.constant('read' as const),
  ),
  { maxLength: 40 },
);

/** The log of these steps, and its events as one reader has them. */
function logged(drawn: typeof steps extends fc.Arbitrary<infer Drawn> ? Drawn : never): {
  readonly events: readonly LoggedEvent[];
  readonly content: LogContent;
} {
  const log = runLog(maxBytes);
  const whole: Record<string, string> = { a: '', b: '' };
  let read = 0;
  const readAll = (): void => {
    while (log.read(read) !== null) read += 1;
  };
  for (const step of drawn) {
    if (step === 'read') readAll();
    else if (typeof step === 'string') {
      const argumentsText = whole[step] ?? '';
      const done: Chunk = { type: 'tool-call', id: step, name: 'find', argumentsText, done: true };
      log.add(done);
      whole[step] = '';
    } else {
      if (step.type === 'tool-call') whole[step.id] += step.argumentsText;
      log.add(step);
    }
  }
  return { events: allOf(log), content: log.content() };
}

const allOf = (log: Pick<ReturnType<typeof runLog>, 'length' | 'read'>): readonly LoggedEvent[] =>
  Array.from({ length: log.length() }, (_, index) => log.read(index)).filter((event) => event !== null);

describe('the log of a completion', () => {
  it('the log of a completion gives each delta the place where it begins in its text, its reasoning, or the arguments of its call, whatever was read in between', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const had: Record<string, string> = {};
        for (const event of logged(drawn).events) {
          if (event.type === 'text' || event.type === 'reasoning') {
            expect(event.offset).toBe((had[event.type] ?? '').length);
            had[event.type] = (had[event.type] ?? '') + event.text;
          } else if (event.type === 'tool-call-delta') {
            const call = `call ${event.callId}`;
            expect(event.offset).toBe((had[call] ?? '').length);
            had[call] = (had[call] ?? '') + event.argumentsText;
          } else if (event.type === 'tool-call') had[`call ${event.call.id}`] = '';
        }
      }),
    );
  });

  it('the log of a completion that was stored gives the same events again, also when it was stored before deltas of tool calls had a place', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const { events, content } = logged(drawn);
        const stored = JSON.parse(JSON.stringify(content)) as LogContent;
        expect(allOf(runLog(maxBytes, stored))).toEqual(events);
        const older = stored.entries.map((entry) => {
          if (entry.type !== 'tool-call-delta') return entry;
          const { offset: _, ...rest } = entry;
          return rest as typeof entry;
        });
        expect(allOf(runLog(maxBytes, { ...stored, entries: older }))).toEqual(events);
      }),
    );
  });

  it('what one reader reads again of the log of a completion makes no other reader’s unread part larger, and is still counted as memory', () => {
    const log = runLog(maxBytes);
    for (const length of [1_000, 2_000, 3_000]) {
      log.add({ type: 'object', value: { text: 'a'.repeat(length) }, final: false });
      log.read(log.length() - 1);
    }
    const [unread, memory] = [log.bytesFrom(2), log.bytes()];
    log.read(0);
    log.read(1);
    expect(log.bytesFrom(2)).toBe(unread);
    expect(log.bytes()).toBeGreaterThan(memory + 1_999);
  });
});
