export interface Structure {
  take(piece: string): void;
  /** Whether the object or list that the text began with is closed, so that no piece can follow. */
  readonly whole: boolean;
}

/** Follows the brackets of a JSON text that comes in pieces, so that it need not be parsed again and again. */
export function followStructure(): Structure {
  let depth = 0;
  let opened = false;
  let inString = false;
  let escaped = false;
  return {
    take(piece) {
      for (const character of piece) {
        if (escaped) escaped = false;
        else if (inString) {
          if (character === '\\') escaped = true;
          else if (character === '"') inString = false;
        } else if (character === '"') inString = true;
        else if (character === '{' || character === '[') {
          depth += 1;
          opened = true;
        } else if (character === '}' || character === ']') depth -= 1;
      }
    },
    get whole() {
      return opened && depth <= 0 && !inString;
    },
  };
}
