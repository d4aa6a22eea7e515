import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { multipartIncremental, sse, writeStream } from '../../../src/server/http/stream-writer.ts';
import type { ResultStream } from '../../../src/server/result-stream.ts';

afterEach(() => void vi.useRealTimers());

/** What is written, with the time at which it was. */
function recorder(chunkedEncoding = false): {
  readonly response: ServerResponse;
  readonly written: readonly { readonly at: number; readonly text: string }[];
} {
  const written: { at: number; text: string }[] = [];
  const write = (text: string): boolean => written.push({ at: Date.now(), text }) > 0;
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => {},
    write,
    end: write,
    chunkedEncoding,
    writableNeedDrain: false,
    destroyed: false,
  });
  return { response: response as unknown as ServerResponse, written };
}

/** One result after so many milliseconds, then silence. */
async function* silentAfter(ms: number): ResultStream {
  await new Promise((resolve) => setTimeout(resolve, ms));
  yield { data: { seq: 1 } } satisfies ExecutionResult;
  await new Promise(() => {});
  return undefined;
}

describe('the heartbeat of a stream', () => {
  it.each([1, 50, 99])('the heartbeat of a stream comes a heartbeat after the last byte, when that came %s ms into one', async (ms) => {
    vi.useFakeTimers({ now: 0 });
    const { response, written } = recorder();
    void writeStream(
      response,
      silentAfter(ms),
      sse(() => null),
      { heartbeatMs: 100, writeIdleMs: 1_000 },
    );
    await vi.advanceTimersByTimeAsync(350);
    const times = written.map(({ at }) => at);
    expect(times.slice(0, 4)).toEqual([0, ms, ms + 100, ms + 200]);
  });

  it('the heartbeat of a stream that has none sends nothing: an empty chunk would end an answer with @defer', async () => {
    vi.useFakeTimers({ now: 0 });
    const { response, written } = recorder(true);
    void writeStream(response, silentAfter(50), multipartIncremental, { heartbeatMs: 100, writeIdleMs: 1_000 });
    await vi.advanceTimersByTimeAsync(350);
    expect(written.map(({ at }) => at)).toEqual([50, 50]);
  });

  it.each([
    [50, [50, 50]],
    [150, [100, 150]],
  ])(
    'the head of an answer with @defer is sent with its first part, or with the first heartbeat: a part after %i ms',
    async (ms, times) => {
      vi.useFakeTimers({ now: 0 });
      const { response, written } = recorder();
      const appended: unknown[] = [];
      Object.assign(response, { appendHeader: (...header: unknown[]) => appended.push([...header, Date.now()]) });
      const headers = () => [['x-region', 'eu']] as const;
      void writeStream(response, silentAfter(ms), multipartIncremental, { heartbeatMs: 100, writeIdleMs: 1_000 }, () => null, headers);
      await vi.advanceTimersByTimeAsync(350);
      expect(written.map(({ at }) => at)).toEqual(times);
      expect(appended).toEqual([['x-region', 'eu', times[0]]]);
    },
  );
});

describe('an event in a chunked answer', () => {
  it('an event in a chunked answer is one chunk whose size is that of its bytes', async () => {
    const { response, written } = recorder(true);
    async function* results(): ResultStream {
      yield { data: { text: 'é☃😀' } };
      return undefined;
    }
    await writeStream(
      response,
      results(),
      sse(() => null),
      { heartbeatMs: 100, writeIdleMs: 1_000 },
    );
    expect(written.map(({ text }) => text)).toEqual([
      '3\r\n:\n\n\r\n',
      '31\r\nevent: next\ndata: {"data":{"text":"é☃😀"}}\n\n\r\n',
      '17\r\nevent: complete\ndata:\n\n\r\n0\r\n\r\n',
    ]);
  });
});
