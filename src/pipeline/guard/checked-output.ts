/**
 * Checks an answer on its way back and releases it window by window, as the guardrails allow.
 *
 * Verdicts do not depend on how the provider cut its chunks: text and reasoning are cut into sentences by their own words, a
 * tool call is checked when its arguments are complete, and an object when it is final. Growing objects are held back,
 * because their stages depend on the provider's cuts. Tool calls and objects are checked string by string, with property
 * names, and as JSON. Citations and warnings keep their place in the text.
 *
 * When a guardrail needs the whole answer, or the answer is JSON, everything is held back until the end.
 */
import type { Handler } from '../../core/call/call.ts';
import { isWhole } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import { checkStructured, checkTogether, cutterFor, type OutputCheck, pieceUnits, weigh } from './answer-check.ts';
import { checkText } from './verdicts.ts';

type Chunks = ReturnType<Handler>;

export const defaultHoldBackBytes = 6 * 1024;
export function checkOutput(chunks: Chunks, check: OutputCheck): Chunks {
  return check.whole ? wholeAnswer(chunks, check) : bySentence(chunks, check);
}

async function* wholeAnswer(chunks: Chunks, check: OutputCheck): AsyncGenerator<Chunk> {
  const held: Chunk[] = [];
  const size = { units: 0 };
  for await (const chunk of chunks) {
    weigh(chunk, size, check);
    if (isWhole(chunk)) held.push(chunk);
  }
  await checkTogether(held, check);
  yield* held;
}

async function* bySentence(chunks: Chunks, check: OutputCheck): AsyncGenerator<Chunk> {
  const { turns } = check;
  let speaking: Speech | null = null;
  for await (const chunk of chunks) {
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
  if (speaking !== null) yield* speaking.end();
}

interface Speech {
  readonly type: 'text' | 'reasoning';
  say(text: string): AsyncGenerator<Chunk>;
  /** A chunk that has its place behind what has been said so far. */
  mark(chunk: Chunk): Generator<Chunk>;
  end(): AsyncGenerator<Chunk>;
}

/** One run of text, or of reasoning, between other content. */
function speech(type: Speech['type'], { guardrails, call, holdBackBytes }: OutputCheck): Speech {
  const cutter = cutterFor(holdBackBytes);
  const marks: { readonly at: number; readonly chunk: Chunk }[] = [];
  let said = 0;
  let released = 0;
  let before = '';

  async function* release(windows: readonly string[]): AsyncGenerator<Chunk> {
    for (const text of windows) {
      // With the window before it: what is refused may begin in one sentence and end in the next.
      const wait = checkText(before + text, guardrails, 'output', call);
      if (wait !== null) await wait;
      before = text;
      let from = 0;
      const end = released + text.length;
      for (let next = marks[0]; next !== undefined && next.at <= end; next = marks[0]) {
        const upTo = next.at - released;
        if (upTo > from) yield { type, text: text.slice(from, upTo) };
        from = Math.max(from, upTo);
        marks.shift();
        yield next.chunk;
      }
      if (from < text.length) yield { type, text: text.slice(from) };
      released = end;
    }
  }

  return {
    type,
    async *say(text) {
      said += text.length;
      yield* release(cutter.push(text));
    },
    *mark(chunk) {
      if (said === released) yield chunk;
      else marks.push({ at: said, chunk });
    },
    async *end() {
      yield* release(cutter.end());
    },
  };
}
