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
import type { Call, Handler } from '../../core/call/call.ts';
import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { finishPaced, type Paced } from '../../core/turns/paced.ts';
import type { Turns } from '../../core/turns/turns.ts';
import { mapStringsInTurns } from '../json-strings.ts';
import type { Guardrail } from './guardrail.ts';
import { sentenceCutter } from './sentence-cutter.ts';
import { checkText } from './verdicts.ts';

type Chunks = ReturnType<Handler>;

interface OutputCheck {
  readonly guardrails: readonly Guardrail[];
  readonly call: Call;
  readonly turns: Turns;
  /** Hold everything until the end. */
  readonly whole: boolean;
  /** The most that waits for the end of its sentence, in bytes of UTF-8. */
  readonly holdBackBytes: number;
}

export const defaultHoldBackBytes = 6 * 1024;
/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const bytesPerUnit = 3;
/** An answer that must be checked whole is held in memory: no model writes more in one answer today. */
const maxHeldUnits = 4 * 1024 * 1024;
/** A longer chunk is cut into sentences piece by piece. */
const pieceUnits = 8_192;

export function checkedOutput(chunks: Chunks, check: OutputCheck): Chunks {
  return check.whole ? wholeAnswer(chunks, check) : bySentence(chunks, check);
}

async function* wholeAnswer(chunks: Chunks, { guardrails, call, turns }: OutputCheck): AsyncGenerator<Chunk> {
  const held: Chunk[] = [];
  const said = { text: '', reasoning: '' };
  let units = 0;
  for await (const chunk of chunks) {
    if (chunk.type === 'text' || chunk.type === 'reasoning') {
      said[chunk.type] += chunk.text;
      units += chunk.text.length;
    } else if (chunk.type === 'tool-call') units += chunk.argumentsText.length;
    if (units > maxHeldUnits) throw tooLong(guardrails);
    if (isWhole(chunk)) held.push(chunk);
  }
  await checkText(said.reasoning, guardrails, 'output', call);
  await checkText(said.text, guardrails, 'output', call);
  for (const chunk of held) await checkText(await finishPaced(structuredText(chunk, turns)), guardrails, 'output', call);
  yield* held;
}

function tooLong(guardrails: readonly Guardrail[]): GatewayError {
  const name = (guardrails.find((guardrail) => guardrail.window === 'whole') ?? guardrails[0])?.name ?? '';
  return new GatewayError('GUARDRAIL_BLOCKED', `The guardrail "${name}" checks answers whole, up to 4 MiB; this answer is longer.`, {
    guardrail: name,
    on: 'output',
  });
}

/**
 * The text inside a whole tool call or a final object; empty for other chunks. The strings stand behind their JSON escapes, so
 * that `\\u0070assword` does not slip through; beside them stands the JSON as it is, with its numbers.
 */
function* structuredText(chunk: Chunk, turns: Turns): Paced<string> {
  if (chunk.type === 'object' && chunk.final) return [...(yield* stringsIn(chunk.value, turns)), JSON.stringify(chunk.value)].join('\n');
  if (chunk.type !== 'tool-call' || !chunk.done) return '';
  const { name, argumentsText } = chunk;
  return [name, ...(yield* stringsIn(parsed(argumentsText), turns)), argumentsText].join('\n');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function* stringsIn(value: unknown, turns: Turns): Paced<string[]> {
  const strings: string[] = [];
  // biome-ignore lint/correctness/useYield: it need not wait
  function* read(text: string): Paced<string> {
    strings.push(text);
    return text;
  }
  yield* mapStringsInTurns(value, read, turns);
  return strings;
}

async function* bySentence(chunks: Chunks, check: OutputCheck): AsyncGenerator<Chunk> {
  const { guardrails, call, turns } = check;
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
      await checkText(await finishPaced(structuredText(chunk, turns)), guardrails, 'output', call);
      yield chunk;
    }
  }
  if (speaking !== null) yield* speaking.end();
}

function isWhole(chunk: Chunk): boolean {
  if (chunk.type === 'object') return chunk.final;
  if (chunk.type === 'tool-call') return chunk.done;
  return true;
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
  const cutter = sentenceCutter(Math.max(1, Math.floor(holdBackBytes / bytesPerUnit)));
  const marks: { readonly at: number; readonly chunk: Chunk }[] = [];
  let said = 0;
  let released = 0;
  let before = '';

  async function* release(windows: readonly string[]): AsyncGenerator<Chunk> {
    for (const text of windows) {
      // With the window before it: what is refused may begin in one sentence and end in the next.
      await checkText(before + text, guardrails, 'output', call);
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
