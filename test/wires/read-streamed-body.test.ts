import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { readBody } from '../../src/wires/read-streamed-body.ts';
import type { Answer, EventDecoder } from '../../src/wires/wire.ts';
import { WireFailure } from '../../src/wires/wire-failure.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (data: string): string => `data: ${data}\n\n`;

/** Each event is a text; `!` fails, `.` ends. */
function words(): EventDecoder {
  let ended = false;
  return {
    take({ data }): Chunk[] {
      if (data === '!') throw new WireFailure('refused');
      if (data === '.') ended = true;
      return ended ? [{ type: 'finish', reason: 'stop' }] : [{ type: 'text', text: data }];
    },
    end() {
      throw new WireFailure('cut');
    },
    get complete() {
      return ended;
    },
    get ended() {
      return ended;
    },
    usage: null,
  };
}

const whole = (): never => expect.unreachable();

describe('the body of a streamed answer', () => {
  it('the body of a streamed answer brings what one read brought as one chunk', () => {
    const body = readBody(words, whole);
    expect(body.push(bytesOf(event('a') + event('b') + event('c')))).toEqual([{ type: 'text', text: 'abc' }]);
    expect(body.push(bytesOf(event('d') + event('.')))).toEqual([
      { type: 'text', text: 'd' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('the body of a streamed answer gives out what was said before a failure in the same read, and then the failure', () => {
    const body = readBody(words, whole);
    expect(body.push(bytesOf(event('a') + event('!')))).toEqual([{ type: 'text', text: 'a' }]);
    expect(body.failure()).toMatchObject({ kind: 'refused' });
    expect(() => body.end()).toThrow('refused');
  });

  it('the body of a streamed answer gives out the last words before it says that the answer was cut', () => {
    const body = readBody(words, whole);
    body.push(bytesOf('data: a'));
    expect(body.end()).toEqual([{ type: 'text', text: 'a' }]);
    expect(body.failure()).toMatchObject({ kind: 'cut' });
  });

  it('the body of a streamed answer reads one JSON text where the server did not stream', () => {
    const chunks: Chunk[] = [{ type: 'text', text: 'x' }];
    const body = readBody(words, (json) => ({ chunks: json === null ? [] : chunks, usage: null }));
    expect(body.push(bytesOf('\ufeff {"a":'))).toEqual([]);
    body.push(bytesOf(' 1}'));
    expect(body.end()).toEqual(chunks);
  });

  const says = (text: string, reason: 'stop' | 'other'): Answer => ({
    chunks: [
      { type: 'text', text },
      { type: 'finish', reason },
    ],
    usage: null,
  });

  it('the body of a streamed answer is complete when one JSON text is, also before the body ends', () => {
    const body = readBody(words, (json) => says(JSON.stringify(json), 'stop'));
    body.push(bytesOf('{"a":{"b":1}'));
    expect(body.complete()).toBe(false);
    body.push(bytesOf('}\n'));
    expect(body.complete()).toBe(true);
    body.push(bytesOf(' \n'));
    expect(body.complete()).toBe(true);
    expect(body.end()).toEqual(says('{"a":{"b":1}}', 'stop').chunks);
  });

  it('the body of a streamed answer is not complete with the first of several JSON texts', () => {
    const body = readBody(words, () => says('a', 'other'));
    body.push(bytesOf('{"a":1}\n'));
    expect(body.complete()).toBe(false);
    const further = readBody(words, () => says('a', 'stop'));
    further.push(bytesOf('{"a":1}\n'));
    further.push(bytesOf('{"a":2}\n'));
    expect(further.complete()).toBe(false);
    expect(() => further.end()).toThrow('cut');
  });

  it('the body of a streamed answer is not complete where the JSON is a failure, which its end tells', () => {
    const body = readBody(words, () => {
      throw new WireFailure('refused');
    });
    body.push(bytesOf('{}'));
    expect(body.complete()).toBe(false);
    expect(() => body.end()).toThrow('refused');
  });
});
