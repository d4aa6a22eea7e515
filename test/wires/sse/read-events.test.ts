import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents, type SseEvent } from '../../../src/wires/sse/read-events.ts';
import { writeEvent } from '../../../src/wires/sse/write-event.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array, cuts: readonly number[] = []): SseEvent[] {
  const reader = readEvents();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return [...places.slice(1).flatMap((to, at) => reader.push(bytes.subarray(places[at], to))), ...reader.end()];
}

const data = (text: string): readonly string[] => read(bytesOf(text)).map((event) => event.data);

describe('an event stream', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n'],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n'],
    ['CR', 'data: a\r\rdata: b\r\r'],
    ['a byte order mark', '\ufeffdata: a\n\ndata: b\n\n'],
    ['comments, retry and id', ': hi\nretry: 10\nid: 4\ndata: a\n\n: ping\n\ndata: b\n\n'],
    ['no space behind the colon', 'data:a\n\ndata:b\n\n'],
    ['empty data between', 'data: a\n\ndata:\n\ndata: b\n\n'],
    ['no blank line at the end', 'data: a\n\ndata: b'],
  ])('an event stream is read with %s', (_what, text) => expect(data(text)).toEqual(['a', 'b']));

  it('an event stream joins data lines of one event, and names the event', () => {
    expect(read(bytesOf('event: x\ndata: a\ndata: b\n\n'))).toEqual([{ event: 'x', data: 'a\nb' }]);
  });

  it('an event stream is the same however its bytes are cut, characters and line ends included', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => !/[\r\n]/.test(one));
    const ends = fc.constantFrom('\n', '\r', '\r\n');
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), ends, fc.array(fc.nat(), { maxLength: 20 }), (texts, end, cuts) => {
        const bytes = bytesOf(texts.map((one) => `data: ${one}${end}${end}`).join(''));
        expect(read(bytes, cuts).map((event) => event.data)).toEqual(texts);
      }),
    );
  });

  it('an event stream is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.json()), (bodies) => {
        const written = bodies.map((body) => writeEvent(body, 'message')).join('');
        expect(read(bytesOf(written))).toEqual(bodies.map((body) => ({ event: 'message', data: body })));
      }),
    );
  });

  it('an event stream refuses a line that never ends', () => {
    const reader = readEvents();
    const piece = new Uint8Array(1024 * 1024).fill(0x61);
    expect(() => {
      for (let at = 0; at < 10; at += 1) reader.push(piece);
    }).toThrow('unreadable');
  });
});
