import { type ExecutionResult, GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { mapStream } from '../../src/core/stream.ts';
import type { Masking } from '../../src/server/response-errors.ts';
import { type ResultStream, resultStream } from '../../src/server/result-stream.ts';
import { abortableStreamContract, settled, streamContract, type Upstream, upstreamOf } from '../contracts/stream-contract.ts';

const mask: Masking = {
  error: (error) => new GraphQLError(error instanceof Error ? error.message : 'Unknown.'),
  result: (result) => result,
};
const never = new AbortController().signal;

function resultsOf(upstream: AsyncIterable<number>, signal = never, close = async (): Promise<void> => {}): ResultStream {
  const results = mapStream<number, ExecutionResult>(upstream, (seq) => ({ data: { seq } }));
  return resultStream(results, { signal, mask, close, finish: (result) => ({ ...result, extensions: { finished: true } }) });
}

const numberIn = ({ data }: ExecutionResult): number => Number(data?.['seq']);
const errorIn = async (step: Promise<IteratorResult<ExecutionResult>>): Promise<string> =>
  (await step).value?.errors?.[0]?.message ?? 'It has no error.';

interface Open {
  readonly upstream: Upstream;
  readonly controller: AbortController;
  readonly stream: ResultStream;
  readonly first: Promise<unknown>;
}

describe('the results of an operation', () => {
  streamContract((upstream) => resultsOf(upstream), { numberIn, errorIn });
  abortableStreamContract(resultsOf, { errorIn });

  it('an operation is closed once, before its reader hears of the end, whether it was read, left, failed or stopped', async () => {
    const ending = {
      read: async ({ upstream, stream, first }) => {
        upstream.end();
        await first;
        await stream.next();
      },
      left: async ({ stream }) => void (await stream.return(undefined)),
      failed: async ({ upstream, first }) => {
        upstream.fail(new Error('Broken.'));
        await first;
      },
      stopped: async ({ controller, stream, first }) => {
        controller.abort();
        await first;
        await stream.return(undefined);
      },
    } satisfies Record<string, (open: Open) => Promise<void>>;
    for (const end of Object.values(ending)) {
      let closed = 0;
      const close = async (): Promise<void> => {
        await settled();
        closed += 1;
      };
      const [upstream, controller] = [upstreamOf({ deaf: false }), new AbortController()];
      const stream = resultsOf(upstream, controller.signal, close);
      const first = stream.next();
      await settled();
      expect(closed).toBe(0);
      await end({ upstream, controller, stream, first });
      expect(closed).toBe(1);
    }
  });
});
