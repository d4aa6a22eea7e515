/**
 * One upstream call for a whole answer that several callers share. It ends when the last of them leaves; `flight-crew.ts` says who pays.
 */
import type { AttemptFact, Call, WholeHandler } from '../../core/call/call.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import { streamOf } from '../../core/call/step.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { abortError } from '../../core/turns/abort.ts';
import { flightCrew, type Member } from './flight-crew.ts';
import type { Flight } from './shared-call.ts';

export interface WholeFlightOptions {
  readonly next: WholeHandler;
  readonly request: ModelRequest;
  /** Called once, when the flight is over: with all its chunks when it ended well. */
  readonly landed: (chunks: readonly Chunk[] | null, answeredBy: AttemptFact | null) => void;
}

export function wholeFlight({ next, request, landed }: WholeFlightOptions): Flight {
  let answer: Promise<Answer> | null = null;
  let state: 'flying' | 'stopped' | 'ended' = 'flying';

  const land = (chunks: readonly Chunk[] | null): void => {
    if (state === 'flying') landed(chunks, crew.answeredBy());
    state = chunks === null && state === 'flying' ? 'stopped' : state;
  };
  const crew = flightCrew<Member>({
    ended: () => state === 'ended',
    async stopped() {
      land(null);
      await answer?.catch(() => {});
    },
    passed() {},
  });

  async function flown(opener: Call): Promise<Answer> {
    try {
      const said = await next(request, { ...crew.callFor(opener), abort: crew.abort });
      land(said.chunks);
      return said;
    } catch (error) {
      land(null);
      throw error;
    } finally {
      state = 'ended';
    }
  }

  return {
    join(call) {
      if (state !== 'flying') return null;
      let refuse: (why: GatewayError) => void = () => {};
      const member: Member = { call, refuse: (why) => refuse(why) };
      crew.add(member);
      answer ??= flown(call);
      const flying = answer;
      // A reader who has left gets nothing more.
      flying.catch(() => {});
      const heard = (): Promise<Answer> =>
        new Promise((resolve, reject) => {
          const onAbort = (): void => reject(abortError(call.signal));
          refuse = reject;
          if (call.signal.aborted) onAbort();
          else call.signal.addEventListener('abort', onAbort, { once: true });
          const end = (): void => call.signal.removeEventListener('abort', onAbort);
          flying.then(
            (answer) => {
              end();
              resolve(answer);
            },
            (error: unknown) => {
              end();
              reject(error);
            },
          );
        });
      const whole = async (): Promise<Answer> => {
        try {
          return await heard();
        } finally {
          await crew.leave(member);
        }
      };
      return {
        whole,
        get batches() {
          return streamOf(whole)(request, call);
        },
        pays: () => crew.pays(member),
        answeredBy: crew.answeredBy,
      };
    },
  };
}
