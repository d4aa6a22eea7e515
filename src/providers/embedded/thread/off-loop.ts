/**
 * Where the embedded provider works: on the event loop what takes a few milliseconds, all else in a thread with bounds on time and
 * memory. What is looked for in a text takes as long as the text times what the caller's schema asks for, and that has no end.
 *
 * Owners take turns. Each work has a slice of the first place. When it is not done by then and somebody else waits, it goes on in
 * the second place, where long works go on one at a time; where that is taken, it is stopped, and begins anew when its turn comes
 * there. So an owner's short work waits for one slice of the work that runs, and for the other owners that came before.
 */
import { GatewayError } from '../../../core/errors.ts';
import type { CompletionRequest } from '../../../core/request/request.ts';
import { withDeadline, withTimeout } from '../../../core/stream.ts';
import { throwIfAborted } from '../../../core/turns/abort.ts';
import { fairPlaces } from '../../../core/turns/fair-places.ts';
import type { SendOptions } from '../../provider.ts';
import type { Reply } from '../reply.ts';
import { doneOf, type Outcome, type Work } from './work.ts';
import { type Run, runInThread } from './work-thread.ts';

/** Characters, times what is looked for in them, that take up to some 10 ms. */
const maxInlineUnits = 16_384;
/** A schema asks for one thing more with so many characters of it. */
const unitsPerProperty = 32;
/** Most of what people ask for is done within it. */
const sliceMs = 500;

/** Whose work it is, and for how long it may wait for its turn (`firstChunkMs`). */
export type Asking = Pick<SendOptions, 'signal' | 'firstChunkMs' | 'owner'>;

const onePlace = { maxPlaces: 1, maxPerTenant: 1 };
const firstPlace = fairPlaces(onePlace);
const longPlace = fairPlaces(onePlace);

export function replyFor(request: CompletionRequest, asking: Asking): Promise<Reply> {
  return workedOut({ kind: 'reply', request }, unitsOf(request), asking) as Promise<Reply>;
}

export function vectorOf(text: string, dimensions: number, asking: Asking): Promise<Float32Array> {
  return workedOut({ kind: 'vector', text, dimensions }, text.length, asking) as Promise<Float32Array>;
}

function unitsOf({ messages, tools, toolChoice, output }: CompletionRequest): number {
  const text = messages.reduce((sum, { content }) => sum + JSON.stringify(content).length, 0);
  const called = toolChoice.type === 'tool' || toolChoice.type === 'required' ? tools.map(({ parameters }) => parameters) : [];
  const schemas = output.format === 'json' && output.schema !== null ? [output.schema, ...called] : called;
  const properties = schemas.reduce((sum, schema) => sum + JSON.stringify(schema).length / unitsPerProperty, 0);
  return text * Math.max(1, properties);
}

async function workedOut(work: Work, units: number, asking: Asking): Promise<Outcome> {
  throwIfAborted(asking.signal);
  if (units <= maxInlineUnits) return doneOf(work);
  const { signal, owner = '' } = asking;
  const waiting = withDeadline(signal, asking.firstChunkMs, () => noTurn(asking.firstChunkMs));
  try {
    let leave = await firstPlace.take(owner, waiting.signal, units);
    try {
      let run = runInThread(work, signal);
      const early = await withinSlices(run);
      if (early !== null) return early.outcome;
      const leaveFirst = leave;
      const goesOn = longPlace.takeNow(owner);
      leave = goesOn ?? (() => {});
      if (goesOn === null) run.stop();
      leaveFirst();
      if (goesOn !== null) return await run.outcome;
      leave = await longPlace.take(owner, waiting.signal, units);
      run = runInThread(work, signal);
      return await run.outcome;
    } finally {
      leave();
    }
  } finally {
    waiting.end();
  }
}

/** What came before a slice had passed of which others waited for the end; null where nothing did. */
async function withinSlices({ begun, outcome }: Run): Promise<{ readonly outcome: Outcome } | null> {
  const early = outcome.then((value) => ({ outcome: value }));
  await Promise.race([begun, early]);
  for (;;) {
    const done = await withTimeout(early, sliceMs, null);
    if (done !== null || firstPlace.waits() > 0) return done;
  }
}

const noTurn = (ms: number): GatewayError =>
  new GatewayError(
    'STREAM_STALLED',
    `The embedded provider works on other requests, and this one had not had its turn within ${ms} ms. Try again in a moment.`,
    { phase: 'before-content', about: 'request', retryAfterMs: 1_000 },
  );
