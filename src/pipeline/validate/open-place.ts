/** Where a JSON text that is not over stands: the keys from its root to the value being written, and whether that is a string. */
interface OpenPlace {
  readonly path: readonly string[];
  /** The value of a string is being written; a half-written key does not count. */
  readonly inString: boolean;
  /** The outermost value is closed. */
  readonly over: boolean;
}

interface Level {
  readonly array: boolean;
  key: string;
  index: number;
  /** In an object: behind the colon. */
  value: boolean;
}

export function openPlace(text: string): OpenPlace {
  const levels: Level[] = [];
  let over = false;
  for (let at = 0; at < text.length && !over; at += 1) {
    const char = text.charAt(at);
    const level = levels.at(-1);
    if (char === '"') {
      const end = endOfString(text, at);
      const isValue = level === undefined || level.array || level.value;
      if (end === null) return { path: pathOf(levels), inString: isValue, over: false };
      if (!isValue && level !== undefined) level.key = keyIn(text.slice(at, end));
      at = end - 1;
    } else if (char === '{' || char === '[') levels.push({ array: char === '[', key: '', index: 0, value: false });
    else if (char === '}' || char === ']') {
      levels.pop();
      over = levels.length === 0;
    } else if (char === ':' && level !== undefined) level.value = true;
    else if (char === ',' && level !== undefined) {
      level.value = false;
      level.index += 1;
    }
  }
  return { path: pathOf(levels), inString: false, over };
}

const pathOf = (levels: readonly Level[]): string[] => levels.map(({ array, key, index }) => (array ? String(index) : key));

function endOfString(text: string, start: number): number | null {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') return at + 1;
  }
  return null;
}

function keyIn(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return '';
  }
}
