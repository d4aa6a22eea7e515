/**
 * Checks an answer on its way back and releases it window by window, as the guardrails allow.
 *
 * Verdicts do not depend on how the provider cut its chunks: text and reasoning are cut into sentences by their own words, a
 * tool call is checked when its arguments are complete, and an object when it is final. Growing objects are held back,
 * because their stages depend on the provider's cuts. Tool calls and objects are checked string by string, with property
 * names, and as JSON. Citations and warnings keep their place in the text.
 *
 * Text without an end of a sentence is held back for a bounded time, where every guardrail says how far it looks back: see
 * `checked-windows.ts`. When a guardrail needs the whole answer, or the answer is JSON, everything is held back until the end.
 */
import { type Batch, batchesOf, inBatches } from '../../../core/batch.ts';
import type { Handler } from '../../../core/call/call.ts';
import { isWhole } from '../../../core/call/collect-answer.ts';
import type { Chunk } from '../../../core/chunk.ts';
import { checkStructured, checkTogether, pieceUnits, weigh } from './answer-check.ts';
import { alarm, batchesOrAlarm } from './batches-or-alarm.ts';
import type { OutputCheck } from './checked-windows.ts';
import { type Speech, speech } from './speech.ts';

type Batches = ReturnType<Handler>;

export const defaultHoldBackBytes = 6 * 1024;
export const defaultHoldBackMs = 150;

export function checkOutput(batches: Batches, check: OutputCheck): Batches {
  return check.whole ? wholeAnswer(batches, check) : inBatches(bySentence(batches, check));
}

async function* wholeAnswer(batches: Batches, check: OutputCheck): AsyncGenerator<Batch> {
  const held: Chunk[] = [];
  const size = { units: 0 };
  for await (const batch of batches) {
    for (const chunk of batch) {
      weigh(chunk, size, check);
      if (isWhole(chunk)) held.push(chunk);
    }
  }
  await checkTogether(held, check);
  yield* batchesOf(held);
}

/** Checks chunk by chunk: the chunks of a batch that may be shown go out before the rest of the batch is checked. */
async function* bySentence(batches: Batches, check: OutputCheck): AsyncGenerator<Chunk> {
  const { turns, clock } = check;
  const incoming = batchesOrAlarm(batches, clock);
  let speaking: Speech | null = null;
  try {
    for (;;) {
      const next = await incoming.next(speaking?.dueMs() ?? null);
      if (next === alarm) {
        if (speaking !== null) yield* speaking.early();
        continue;
      }
      if (next.done === true) break;
      for (const chunk of next.value) {
        if (chunk.type === 'text' || chunk.type === 'reasoning') {
          if (speaking !== null && speaking.type !== chunk.type) {
            yield* speaking.end();
            speaking = null;
          }
          speaking ??= speech(chunk.type, check);
          for (let from = 0; from < chunk.text.length; from += pieceUnits) {
            const piece = chunk.text.slice(from, from + pieceUnits);
            yield* speaking.say(piece);
            const wait = turns.spend(piece.length);
            if (wait !== null) await wait;
          }
          if (chunk.type === 'reasoning' && chunk.opaque !== undefined) {
            yield* speaking.end();
            speaking = null;
            yield { ...chunk, text: '' };
          }
        } else if (chunk.type === 'citation' || chunk.type === 'warning') {
          if (speaking === null) yield chunk;
          else yield* speaking.mark(chunk);
        } else {
          if (!isWhole(chunk)) continue;
          if (speaking !== null) yield* speaking.end();
          speaking = null;
          await checkStructured(chunk, check);
          yield chunk;
        }
      }
    }
    if (speaking !== null) yield* speaking.end();
  } finally {
    await incoming.leave();
  }
}
