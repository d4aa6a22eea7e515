/**
 * What is checked in an answer, by window and at once: text and reasoning in sentences or as a whole, a tool call and an object by
 * their strings, with property names, and as JSON.
 */
import type { Answer } from '../../../core/call/collect-answer.ts';
import type { Chunk } from '../../../core/chunk.ts';
import { GatewayError } from '../../../core/errors.ts';
import { finishPaced, type Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { mapStringsInTurns } from '../../json-strings.ts';
import type { Guardrail } from '../guardrail.ts';
import { checkText } from '../verdicts.ts';
import { checkedWindows, type OutputCheck } from './checked-windows.ts';

/** An answer that must be checked whole is held in memory: no model writes more in one answer today. */
const maxHeldUnits = 4 * 1024 * 1024;
/** A longer text is cut into sentences piece by piece. */
export const pieceUnits = 8_192;

/** Throws when the answer, with this chunk, is longer than what is held. */
export function weigh(chunk: Chunk, size: { units: number }, { guardrails }: OutputCheck): void {
  if (chunk.type === 'text' || chunk.type === 'reasoning') size.units += chunk.text.length;
  else if (chunk.type === 'tool-call') size.units += chunk.argumentsText.length;
  if (size.units > maxHeldUnits) throw tooLong(guardrails);
}

/** All that was said as one text, all reasoning as one, and then each tool call and object. */
export async function checkTogether(chunks: readonly Chunk[], { guardrails, call, turns }: OutputCheck): Promise<void> {
  const said = { text: '', reasoning: '' };
  for (const chunk of chunks) if (chunk.type === 'text' || chunk.type === 'reasoning') said[chunk.type] += chunk.text;
  for (const text of [said.reasoning, said.text]) {
    const wait = checkText(text, guardrails, 'output', call);
    if (wait !== null) await wait;
  }
  for (const chunk of chunks) await checkStructured(chunk, { guardrails, call, turns });
}

export async function checkStructured(
  chunk: Chunk,
  { guardrails, call, turns }: Pick<OutputCheck, 'guardrails' | 'call' | 'turns'>,
): Promise<void> {
  if (chunk.type !== 'object' && chunk.type !== 'tool-call') return;
  const wait = checkText(await finishPaced(structuredText(chunk, turns)), guardrails, 'output', call);
  if (wait !== null) await wait;
}

/**
 * Checks an answer that is whole already, by the same windows: in sentences, since a guardrail that was written for them may not be
 * asked about a whole answer. Changes nothing in it.
 */
export async function checkAnswer(answer: Answer, check: OutputCheck): Promise<void> {
  if (!passesAtOnce(answer, check)) await checkWindows(answer, check);
}

/** Whether it is words alone, and each guardrail tells at a first look that it allows them. */
function passesAtOnce({ chunks }: Answer, { guardrails }: OutputCheck): boolean {
  const said = { text: '', reasoning: '' };
  for (const chunk of chunks) {
    if (chunk.type === 'text' || chunk.type === 'reasoning') said[chunk.type] += chunk.text;
    else if (chunk.type === 'object' || chunk.type === 'tool-call') return false;
  }
  return guardrails.every((guardrail) => guardrail.passes?.(said.text) === true && guardrail.passes(said.reasoning));
}

async function checkWindows({ chunks }: Answer, check: OutputCheck): Promise<void> {
  const size = { units: 0 };
  if (check.whole) {
    for (const chunk of chunks) weigh(chunk, size, check);
    return checkTogether(chunks, check);
  }
  let speaking: Windows | null = null;
  const end = async (): Promise<void> => {
    const over = speaking;
    speaking = null;
    await over?.end();
  };
  const speakingOf = async (type: Windows['type']): Promise<Windows> => {
    if (speaking !== null && speaking.type !== type) await end();
    speaking ??= windows(type, check);
    return speaking;
  };
  for (const chunk of chunks) {
    if (chunk.type === 'text' || chunk.type === 'reasoning') {
      await (await speakingOf(chunk.type)).say(chunk.text);
      if (chunk.type === 'reasoning' && chunk.opaque !== undefined) await end();
    } else if (chunk.type !== 'citation' && chunk.type !== 'warning') {
      await end();
      await checkStructured(chunk, check);
    }
  }
  await end();
}

interface Windows {
  readonly type: 'text' | 'reasoning';
  say(text: string): Promise<void>;
  end(): Promise<void>;
}

/** The windows of one run of text, each checked with those before it. */
function windows(type: Windows['type'], check: OutputCheck): Windows {
  const { turns } = check;
  const cut = checkedWindows(check);
  const passed = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      const wait = cut.check(text);
      if (wait !== null) await wait;
    }
  };
  return {
    type,
    async say(text) {
      for (let from = 0; from < text.length; from += pieceUnits) {
        const piece = text.slice(from, from + pieceUnits);
        await passed(cut.push(piece));
        const wait = turns.spend(piece.length);
        if (wait !== null) await wait;
      }
    },
    end: () => passed(cut.end()),
  };
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
