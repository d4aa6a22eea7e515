/** The JSON value in a model's answer: alone, in a code fence, or between prose. */

/** How many beginnings are tried in text that is not JSON from its start; each costs one pass. */
const mostStarts = 24;
const fence = /```[\w-]*[ \t]*\n([\s\S]*?)```/g;

/** Values found, the likeliest first; empty when there is none. */
export function jsonValuesIn(text: string): unknown[] {
  const whole = parsed(text.trim());
  if (whole.length > 0) return whole;
  const values: unknown[] = [];
  const start = jsonStart(text);
  if (start !== null) values.push(...valueAt(text, start));
  for (const match of text.matchAll(fence)) values.push(...parsed((match[1] ?? '').trim()));
  let at = nextOpening(text, 0);
  for (let tries = 0; at !== -1 && tries < mostStarts; tries += 1) {
    const end = endOfValue(text, at);
    const found = end === null ? [] : parsed(text.slice(at, end));
    values.push(...found);
    at = nextOpening(text, found.length > 0 && end !== null ? end : at + 1);
  }
  return values;
}

/** Where an object or array begins that is the first thing said, inside a code fence or not; null when prose comes first. */
export function jsonStart(text: string): number | null {
  const match = /^\s*(?:```[\w-]*[ \t]*\n\s*)?(?=[{[])/.exec(text);
  return match === null ? null : match[0].length;
}

function valueAt(text: string, start: number): unknown[] {
  const end = endOfValue(text, start);
  return end === null ? [] : parsed(text.slice(start, end));
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

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
