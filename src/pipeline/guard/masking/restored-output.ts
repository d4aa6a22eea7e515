/**
 * Restores the caller's own data in an answer: in text, reasoning, tool calls, objects with their property names, quotes,
 * warnings, and the issues of an invalid answer.
 */
import { type Batch, batchesOf, inBatches } from '../../../core/batch.ts';
import type { Handler } from '../../../core/call/call.ts';
import { type Answer, collectAnswer } from '../../../core/call/collect-answer.ts';
import type { Chunk, ToolCallChunk } from '../../../core/chunk.ts';
import { GatewayError } from '../../../core/errors.ts';
import { finishPaced, type Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { mapStringsInTurns } from '../../json-strings.ts';
import { type Growth, maxGrowthUnits, type Restoration, type Restorer, restoration, restoreWhole } from './restorer.ts';

type Batches = ReturnType<Handler>;
type Spoken = Extract<Chunk, { type: 'text' | 'reasoning' }>;

/** A longer text is restored piece by piece. */
const pieceUnits = 16_384;

/** The same for an answer that is whole already; at once where it is short and has words alone, as most do. */
export function restoredAnswer(
  answer: Answer,
  values: ReadonlyMap<string, string>,
  textSyntax: 'plain' | 'json',
  turns: Turns,
): Answer | Promise<Answer> {
  if (!isShortSpeech(answer)) return collectAnswer(restoreOutput(batchesOf(answer.chunks), values, textSyntax, turns));
  const growth: Growth = { left: maxGrowthUnits };
  return {
    chunks: answer.chunks.map((chunk) =>
      isSpoken(chunk) ? { ...chunk, text: restoreWhole(chunk.text, values, chunk.type === 'text' ? textSyntax : 'plain', growth) } : chunk,
    ),
  };
}

const isSpoken = (chunk: Chunk): chunk is Spoken => chunk.type === 'text' || chunk.type === 'reasoning';

/** Each text is whole: in an answer, no two of one kind stand beside each other. */
function isShortSpeech({ chunks }: Answer): boolean {
  let units = 0;
  for (const chunk of chunks) {
    if (isSpoken(chunk)) units += chunk.text.length;
    else if (chunk.type !== 'finish') return false;
  }
  return units <= pieceUnits;
}

/** `textSyntax`: `json` when the answer's text is JSON. */
export const restoreOutput = (
  batches: Batches | readonly Batch[],
  values: ReadonlyMap<string, string>,
  textSyntax: 'plain' | 'json',
  turns: Turns,
): AsyncGenerator<Batch, void, undefined> => inBatches(restored(batches, values, textSyntax, turns));

async function* restored(
  batches: Batches | readonly Batch[],
  values: ReadonlyMap<string, string>,
  textSyntax: 'plain' | 'json',
  turns: Turns,
): AsyncGenerator<Chunk> {
  const growth: Growth = { left: maxGrowthUnits };
  const plain = restoration(values, 'plain', growth);
  const json = restoration(values, 'json', growth);
  const text = textSyntax === 'json' ? json : plain;
  let speaking: Speech | null = null;
  const calls = new Map<string, Restorer>();
  try {
    for await (const batch of batches) {
      for (const chunk of batch) {
        if (chunk.type === 'text' || chunk.type === 'reasoning') {
          if (speaking !== null && speaking.type !== chunk.type) yield* speaking.end();
          if (speaking === null || speaking.type !== chunk.type) {
            speaking = speech(chunk.type, (chunk.type === 'text' ? text : plain).stream());
          }
          for (const piece of piecesOf(chunk)) {
            yield* speaking.say(piece);
            const wait = turns.spend(piece.text.length);
            if (wait !== null) await wait;
          }
        } else if (chunk.type === 'citation' || chunk.type === 'warning') {
          const restored = chunk.type === 'citation' ? withQuote(chunk, plain) : { ...chunk, message: plain.whole(chunk.message) };
          if (speaking === null) yield restored;
          else yield* speaking.mark(restored);
        } else {
          if (speaking !== null) yield* speaking.end();
          speaking = null;
          if (chunk.type === 'tool-call') yield* restoredCall(chunk, calls, json, turns);
          else if (chunk.type === 'object') yield await finishPaced(restoredObject(chunk, values, plain, turns));
          else yield chunk;
        }
      }
    }
  } catch (error) {
    throw error instanceof GatewayError ? restoredError(error, values) : error;
  }
  if (speaking !== null) yield* speaking.end();
}

/** Only the last piece has what the whole chunk has beside its text. */
function* piecesOf(chunk: Spoken): Generator<Spoken> {
  let from = 0;
  for (; chunk.text.length - from > pieceUnits; from += pieceUnits) {
    yield { type: chunk.type, text: chunk.text.slice(from, from + pieceUnits) };
  }
  yield from === 0 ? chunk : { ...chunk, text: chunk.text.slice(from) };
}

function* wholeText(text: string, words: Restoration, turns: Turns): Paced<string> {
  if (text.length <= pieceUnits) return words.whole(text);
  const restorer = words.stream();
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += pieceUnits) {
    pieces.push(restorer.push(text.slice(from, from + pieceUnits)));
    const wait = turns.spend(pieceUnits);
    if (wait !== null) yield wait;
  }
  return pieces.join('') + restorer.end();
}

function withQuote(chunk: Extract<Chunk, { type: 'citation' }>, plain: Restoration): Chunk {
  return { ...chunk, citation: { ...chunk.citation, quote: plain.whole(chunk.citation.quote) } };
}

function* restoredObject(
  chunk: Extract<Chunk, { type: 'object' }>,
  values: ReadonlyMap<string, string>,
  plain: Restoration,
  turns: Turns,
): Paced<Chunk> {
  // Each look at a growing object begins anew, and so does what it may grow by.
  const words = chunk.final ? plain : restoration(values, 'plain');
  function* change(text: string): Paced<string> {
    return chunk.final ? yield* wholeText(text, words, turns) : words.beginning(text);
  }
  return { ...chunk, value: yield* mapStringsInTurns(chunk.value, change, turns) };
}

/** The whole call carries its whole arguments; the pieces before it add up to them. */
async function* restoredCall(chunk: ToolCallChunk, calls: Map<string, Restorer>, json: Restoration, turns: Turns): AsyncGenerator<Chunk> {
  const growing = calls.get(chunk.id) ?? json.stream();
  if (!chunk.done) {
    calls.set(chunk.id, growing);
    const argumentsText = growing.push(chunk.argumentsText);
    if (argumentsText !== '') yield { ...chunk, argumentsText };
    return;
  }
  calls.delete(chunk.id);
  const rest = growing.end();
  if (rest !== '') yield { type: 'tool-call', id: chunk.id, name: chunk.name, argumentsText: rest, done: false };
  yield { ...chunk, argumentsText: await finishPaced(wholeText(chunk.argumentsText, json, turns)) };
}

/** Mistakes of an answer are shown in the caller's words: names in its paths were placeholders. */
export function restoredError(error: GatewayError, values: ReadonlyMap<string, string>): GatewayError {
  const { issues } = error.details;
  if (issues === undefined) return error;
  const words = restoration(values, 'plain');
  const restored = issues.map(({ path, message }) => ({ path: words.whole(path), message: words.whole(message) }));
  const { code, message, details, cause, errorId } = error;
  return new GatewayError(code, message, { ...details, issues: restored }, { errorId, ...(cause === undefined ? {} : { cause }) });
}

interface Speech {
  readonly type: Spoken['type'];
  say(chunk: Spoken): Generator<Chunk>;
  /** A chunk that has its place behind what has been said so far: it waits while a placeholder may be half said. */
  mark(chunk: Chunk): Generator<Chunk>;
  end(): Generator<Chunk>;
}

function speech(type: Spoken['type'], words: Restorer): Speech {
  let marks: Chunk[] = [];

  function* settled(): Generator<Chunk> {
    const ready = marks;
    marks = [];
    yield* ready;
  }

  /** Character by character while chunks wait: they belong behind what was held, or behind the value it became. */
  function* settling(text: string): Generator<Chunk, string> {
    for (let at = 0; at < text.length; at += 1) {
      const held = words.held;
      const out = words.push(text.charAt(at));
      if (out === '') continue;
      const heldOnly = out.startsWith(held);
      yield { type, text: heldOnly ? held : out };
      yield* settled();
      if (heldOnly && out.length > held.length) yield { type, text: out.slice(held.length) };
      return text.slice(at + 1);
    }
    return '';
  }

  return {
    type,
    *say(chunk) {
      const text = marks.length === 0 ? chunk.text : yield* settling(chunk.text);
      const out = words.push(text);
      if (chunk.type === 'reasoning' && chunk.opaque !== undefined) {
        yield { ...chunk, text: out + words.end() };
        yield* settled();
      } else if (out !== '') yield { type, text: out };
    },
    mark(chunk) {
      if (words.held !== '') {
        marks.push(chunk);
        return nothing();
      }
      return only(chunk);
    },
    *end() {
      const rest = words.end();
      if (rest !== '') yield { type, text: rest };
      yield* settled();
    },
  };
}

function* only(chunk: Chunk): Generator<Chunk> {
  yield chunk;
}

function* nothing(): Generator<Chunk> {}
