/** Finds the JSON value in a model's answer: alone, in a code fence, or inside prose. The text is read in slices. */
import type { Turns } from '../../core/turns/turns.ts';
import { growingJson } from './growing-json.ts';

/** How many beginnings, and before them how many code fences, are tried in text that is not JSON from its start; each costs one pass. */
const maxStarts = 24;
const fence = /```[\w-]*[ \t]*\n([\s\S]*?)```/g;
/** Characters that are read between two looks at whether others should have their turn. */
const sliceLength = 8_192;

export type ReadJson = { readonly value: unknown } | 'no-json' | 'too-deep' | 'too-wide';

/** Objects and lists inside each other, and the turns in which characters are counted. */
export interface JsonReading {
  readonly maxDepth: number;
  readonly turns: Turns;
}

/** What is found, the likeliest first. */
export async function* jsonIn(text: string, reading: JsonReading): AsyncGenerator<ReadJson> {
  const whole = await readJson(text.trim(), reading);
  yield whole;
  if (whole !== 'no-json') return;
  const start = jsonStart(text);
  if (start !== null) yield await valueAt(text, start, reading);
  for (const match of text.matchAll(fence).take(maxStarts)) yield await readJson((match[1] ?? '').trim(), reading);
  let at = nextOpening(text, 0);
  for (let tries = 0; at !== -1 && tries < maxStarts; tries += 1) {
    const end = endOfValue(text, at);
    // The answer was cut off, so objects inside it are fragments and not the answer.
    if (end === null && looksLikeJson(text, at)) return;
    await reading.turns.spend(text.length - at);
    const found = end === null ? 'no-json' : await readJson(text.slice(at, end), reading);
    yield found;
    at = nextOpening(text, found !== 'no-json' && end !== null ? end : at + 1);
  }
}

/** Where an object or array begins that is the first thing said, inside a code fence or not; null when prose comes first. */
export function jsonStart(text: string): number | null {
  const match = /^(?:```[\w-]*[ \t]*\n\s*)?(?=[{[])/.exec(text.trimStart());
  return match === null ? null : text.length - text.trimStart().length + match[0].length;
}

async function valueAt(text: string, start: number, reading: JsonReading): Promise<ReadJson> {
  const end = endOfValue(text, start);
  await reading.turns.spend(text.length - start);
  return end === null ? 'no-json' : readJson(text.slice(start, end), reading);
}

async function readJson(text: string, { maxDepth, turns }: JsonReading): Promise<ReadJson> {
  const json = growingJson(maxDepth);
  for (let at = 0; at < text.length && (json.state() === 'open' || json.state() === 'over'); at += sliceLength) {
    json.push(text.slice(at, at + sliceLength));
    await turns.spend(Math.min(sliceLength, text.length - at));
  }
  json.end();
  const state = json.state();
  if (state === 'over') return { value: json.value() };
  return state === 'too-deep' || state === 'too-wide' ? state : 'no-json';
}

const jsonBegins = /^(?:\{\s*"|\[\s*[[{"\d-])/;
const looksLikeJson = (text: string, at: number): boolean => jsonBegins.test(text.slice(at, at + sliceLength));

function nextOpening(text: string, from: number): number {
  const found = text.slice(from).search(/[{[]/);
  return found === -1 ? -1 : from + found;
}

/** Behind the bracket that closes the one at `start`; null when none does. */
function endOfValue(text: string, start: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}
