import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, type CompletionSoFar, emptyCompletion, hasGap } from '../../src/client/assemble.ts';
import type { CompletionEvent } from '../../src/client/completion-events.ts';
import { completionLog, logOf } from './completion-logs.ts';

const all = (events: readonly CompletionEvent[], from = emptyCompletion): CompletionSoFar => events.reduce(assemble, from);
const unread = { seq: 0, cursor: 'c', completionId: 'completion-1' };

describe('assemble', () => {
  it('assemble makes of all events but the last what the last one says', () => {
    fc.assert(
      fc.property(completionLog, ({ events, completion }) => {
        const { text, parts, object, citations } = all(events.slice(0, -1));
        expect({ text, parts, object, citations }).toEqual({
          text: completion.text,
          parts: completion.parts,
          object: completion.object,
          citations: completion.citations,
        });
        expect(all(events)).toMatchObject({ ...completion, seq: events.length, cursor: `c${events.length}` });
      }),
    );
  });

  it('assemble comes to the same end when a reader goes back to any place, any number of times', () => {
    fc.assert(
      fc.property(completionLog, fc.array(fc.tuple(fc.nat(20), fc.nat())), ({ events }, moves) => {
        const read: CompletionEvent[] = [];
        let place = 0;
        for (const [forth, back] of moves) {
          read.push(...events.slice(place, place + forth));
          place = back % (Math.min(place + forth, events.length) + 1);
        }
        expect(all([...read, ...events.slice(place)])).toEqual(all(events));
      }),
    );
  });

  it('assemble never makes text shorter or other than it was, whatever is lost, repeated or out of order', () => {
    fc.assert(
      fc.property(
        completionLog.chain(({ events }) => fc.array(fc.constantFrom(...events))),
        (events) => {
          let before = emptyCompletion;
          for (const event of events) {
            const now = assemble(before, event);
            expect(now.text.startsWith(before.text)).toBe(true);
            before = now;
          }
        },
      ),
    );
  });

  it('assemble leaves out an event behind a hole, and hasGap tells of it', () => {
    fc.assert(
      fc.property(completionLog, fc.nat(), ({ events }, at) => {
        const lost = at % events.length;
        const sofar = all(events.slice(0, lost));
        const next = events[lost + 1];
        if (next === undefined) return;
        const isEnd = next === events.at(-1);
        expect(hasGap(sofar, next)).toBe(!isEnd);
        if (isEnd) expect(assemble(sofar, next).text).toBe(all(events).text);
        else expect(assemble(sofar, next)).toBe(sofar);
      }),
    );
  });

  it('assemble returns what it was given when an event is not new', () => {
    const { events } = logOf([{ kind: 'text', text: 'The kettle boils.' }], false);
    const whole = all(events);
    for (const event of events) expect(assemble(whole, event)).toBe(whole);
  });

  it('assemble does not change what it is given', () => {
    fc.assert(
      fc.property(completionLog, ({ events }) => {
        let now = emptyCompletion;
        for (const event of events) {
          const kept = structuredClone(now);
          const next = assemble(now, event);
          expect(now).toEqual(kept);
          now = next;
        }
      }),
    );
  });

  it('assemble keeps the text of a completion that fails, and says why', () => {
    const { events } = logOf([{ kind: 'text', text: 'Half' }], true);
    const failed = all(events);
    expect(failed).toMatchObject({ text: 'Half', status: 'FAILED', failure: { code: 'MODEL_UNAVAILABLE' } });
  });

  it('assemble keeps the text when the failure of a reader knows less, and its cursor is not taken', () => {
    const { events, completion } = logOf([{ kind: 'text', text: 'Half' }], true);
    const sofar = all(events.slice(0, 2));
    const outside: CompletionEvent = {
      ...unread,
      __typename: 'CompletionFailed',
      seq: 3,
      cursor: '',
      completion: { ...completion, text: '', parts: [], status: 'COMPLETED' },
      failure: { code: 'UNAUTHENTICATED', message: 'The key is revoked.', retryable: false, retryAfterMs: null, errorId: 'e2' },
    };
    expect(assemble(sofar, outside)).toMatchObject({ text: 'Half', status: 'FAILED', cursor: 'c2', failure: { code: 'UNAUTHENTICATED' } });
  });

  it('assemble shows the arguments of a tool call as they grow, and the call when it is whole', () => {
    const { events } = logOf([{ kind: 'call', id: 'call-1', argumentsText: ['{"a', '":1}'] }], false);
    const seen = events.map((_, index) => all(events.slice(0, index + 1)).toolCalls);
    expect(seen.slice(1)).toEqual([
      [{ id: 'call-1', name: 'order', argumentsText: '{"a', call: null }],
      [{ id: 'call-1', name: 'order', argumentsText: '{"a":1}', call: null }],
      ...Array.from({ length: 2 }, () => [
        { id: 'call-1', name: 'order', argumentsText: '{"a":1}', call: { id: 'call-1', name: 'order', arguments: { a: 1 }, opaque: null } },
      ]),
    ]);
  });

  it('assemble replaces what it has with a snapshot, whose numbers jump', () => {
    const { completion } = logOf([{ kind: 'text', text: 'The kettle boils.' }], false);
    const snapshot: CompletionEvent = {
      ...unread,
      __typename: 'CompletionSnapshot',
      seq: 7,
      cursor: 'c7',
      completion: { ...completion, status: 'RUNNING' },
    };
    expect(assemble(emptyCompletion, snapshot)).toMatchObject({ text: 'The kettle boils.', status: 'RUNNING', seq: 7, cursor: 'c7' });
  });

  it('assemble passes over an event of a kind that it does not know, and goes on behind it', () => {
    const { events } = logOf([{ kind: 'text', text: 'Half' }], false);
    const later = { ...unread, __typename: 'AudioDelta', seq: 3, cursor: 'c3', audio: 'UklGRg==' } as unknown as CompletionEvent;
    const after = assemble(all(events.slice(0, 2)), later);
    expect(after).toMatchObject({ text: 'Half', seq: 3, cursor: 'c3' });
    expect(after).not.toHaveProperty('audio');
  });

  it('assemble takes a code of failure, a status and a reason to finish that it does not know as they are', () => {
    const { events, completion } = logOf([{ kind: 'text', text: 'Half' }], true);
    const last = events.at(-1) as Extract<CompletionEvent, { readonly __typename: 'CompletionFailed' }>;
    const failure = { ...last.failure, code: 'MOON_PHASE' };
    const later = {
      ...last,
      failure,
      completion: { ...completion, status: 'PAUSED', finishReason: 'ECLIPSE' },
    } as unknown as CompletionEvent;
    expect(all([...events.slice(0, -1), later])).toMatchObject({
      text: 'Half',
      status: 'FAILED',
      finishReason: 'ECLIPSE',
      failure: { code: 'MOON_PHASE', message: failure.message },
    });
  });

  it('assemble works with what an app selects: no seq, no parts, no citations', () => {
    const delta = (text: string, offset: number) => ({ __typename: 'TextDelta', text, offset }) as CompletionEvent;
    const finished = { __typename: 'CompletionFinished', completion: { text: 'Half and half.' } } as CompletionEvent;
    const half = [delta('Half ', 0), delta('Half ', 0), delta('and half.', 5)].reduce(assemble, emptyCompletion);
    expect(half.text).toBe('Half and half.');
    expect(assemble(half, finished)).toMatchObject({ text: 'Half and half.', citations: [], parts: [{ text: 'Half and half.' }] });
  });
});
