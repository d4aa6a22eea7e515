/** An answer with its placeholders turned back into the caller's own data: text, reasoning, tool calls, objects, quotes. */
import type { Handler } from '../../core/call.ts';
import type { Chunk, ToolCallChunk } from '../../core/chunk.ts';
import { mapStrings } from '../json-strings.ts';
import { type Restoration, type Restorer, restoration } from './restorer.ts';

type Chunks = ReturnType<Handler>;
type Spoken = Extract<Chunk, { type: 'text' | 'reasoning' }>;

/** `textSyntax`: `json` when the answer's text is JSON. */
export async function* restoredOutput(
  chunks: Chunks,
  values: ReadonlyMap<string, string>,
  textSyntax: 'plain' | 'json',
): AsyncGenerator<Chunk> {
  const plain = restoration(values, 'plain');
  const json = restoration(values, 'json');
  const text = textSyntax === 'json' ? json : plain;
  let speaking: Speech | null = null;
  const calls = new Map<string, Restorer>();
  for await (const chunk of chunks) {
    if (chunk.type === 'text' || chunk.type === 'reasoning') {
      if (speaking !== null && speaking.type !== chunk.type) yield* speaking.end();
      if (speaking === null || speaking.type !== chunk.type) {
        speaking = speech(chunk.type, (chunk.type === 'text' ? text : plain).stream());
      }
      yield* speaking.say(chunk);
    } else if (chunk.type === 'citation' || chunk.type === 'warning') {
      const restored = chunk.type === 'citation' ? withQuote(chunk, plain) : chunk;
      if (speaking === null) yield restored;
      else yield* speaking.mark(restored);
    } else {
      if (speaking !== null) yield* speaking.end();
      speaking = null;
      if (chunk.type === 'tool-call') yield* restoredCall(chunk, calls, json);
      else if (chunk.type === 'object') yield restoredObject(chunk, plain);
      else yield chunk;
    }
  }
  if (speaking !== null) yield* speaking.end();
}

function withQuote(chunk: Extract<Chunk, { type: 'citation' }>, plain: Restoration): Chunk {
  return { ...chunk, citation: { ...chunk.citation, quote: plain.whole(chunk.citation.quote) } };
}

function restoredObject(chunk: Extract<Chunk, { type: 'object' }>, plain: Restoration): Chunk {
  return { ...chunk, value: mapStrings(chunk.value, chunk.final ? plain.whole : plain.beginning) };
}

/** The whole call carries its whole arguments; the pieces before it add up to them. */
function* restoredCall(chunk: ToolCallChunk, calls: Map<string, Restorer>, json: Restoration): Generator<Chunk> {
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
  yield { ...chunk, argumentsText: json.whole(chunk.argumentsText) };
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
