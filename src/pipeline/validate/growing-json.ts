/**
 * Parses JSON while it arrives, reading each character once.
 *
 * Complete members are shared by all snapshots; a snapshot copies only the objects and lists that are still open. It accepts
 * exactly what `JSON.parse` accepts.
 */
export interface GrowingJson {
  push(text: string): void;
  /** The text is over: a number at its end is whole. */
  end(): void;
  /** `broken`: it is not JSON. `too-wide`: an object has more than {@link maxObjectMembers}. */
  state(): 'open' | 'over' | 'broken' | 'too-deep' | 'too-wide';
  /** The value, once it is over. */
  value(): unknown;
  /** Keys from the root to the place where text is written. */
  openPath(): readonly string[];
  /** What has come of the value that is a string and is being written; half a character waits. Null: no such value is being written. */
  openText(): string | null;
  /** What has come, whole values only, and in the open place the text, if there is one. Undefined: nothing. */
  snapshot(openText: string | null): unknown;
  /** Members that a snapshot copies. */
  openMembers(): number;
  /** Grows with every whole member and every open object or list. */
  version(): number;
}

interface Level {
  readonly list: unknown[] | null;
  readonly members: Record<string, unknown>;
  count: number;
  key: string;
}

type Awaited = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Listing the names of an object of 100,000 takes 40 ms, in one turn of the event loop; models write some ten or hundred. */
export const maxObjectMembers = 20_000;

export function growingJson(maxDepth: number): GrowingJson {
  const levels: Level[] = [];
  let awaited: Awaited = 'value';
  let broken: 'broken' | 'too-deep' | 'too-wide' | null = null;
  let root: unknown;
  let version = 0;
  /** A string being written, without its quotes; null: none. */
  let text: string | null = null;
  let isKey = false;
  let escaped = '';
  /** A number or literal being written. */
  let scalar = '';

  const fail = (): void => {
    broken ??= 'broken';
  };

  function take(value: unknown): void {
    version += 1;
    const level = levels.at(-1);
    if (level === undefined) {
      root = value;
      awaited = 'nothing';
      return;
    }
    if (level.list === null && level.count >= maxObjectMembers) broken ??= 'too-wide';
    put(level, value);
    awaited = 'comma-or-end';
  }

  function open(list: boolean): void {
    if (levels.length >= maxDepth) {
      broken ??= 'too-deep';
      return;
    }
    version += 1;
    levels.push({ list: list ? [] : null, members: {}, count: 0, key: '' });
    awaited = list ? 'value-or-end' : 'key-or-end';
  }

  function close(list: boolean): void {
    const level = levels.at(-1);
    const fits = awaited === 'comma-or-end' || awaited === (list ? 'value-or-end' : 'key-or-end');
    if (level !== undefined && (level.list !== null) === list && fits) {
      levels.pop();
      take(level.list ?? level.members);
    } else fail();
  }

  function endScalar(): void {
    const written = scalar;
    scalar = '';
    if (literals.has(written)) take(literals.get(written));
    else if (number.test(written)) take(Number(written));
    else fail();
  }

  function endText(): void {
    const written = text ?? '';
    text = null;
    const level = levels.at(-1);
    if (isKey && level !== undefined) {
      level.key = written;
      awaited = 'colon';
    } else take(written);
  }

  /** Index behind what was read of the string. */
  function readText(more: string, from: number): number {
    let at = from;
    if (escaped !== '') {
      escaped += more.charAt(at);
      at += 1;
      if (escaped.charAt(1) !== 'u') {
        const meant = escapes[escaped.charAt(1)];
        if (meant === undefined) fail();
        text = `${text}${meant}`;
        escaped = '';
      } else if (escaped.length === 6) {
        if (!/^\\u[\da-fA-F]{4}$/.test(escaped)) fail();
        text = `${text}${String.fromCharCode(Number.parseInt(escaped.slice(2), 16))}`;
        escaped = '';
      }
      return at;
    }
    while (at < more.length) {
      const code = more.charCodeAt(at);
      if (code === 0x22 || code === 0x5c) break;
      if (code < 0x20) {
        fail();
        return at + 1;
      }
      at += 1;
    }
    text = `${text}${more.slice(from, at)}`;
    if (at === more.length) return at;
    if (more.charCodeAt(at) === 0x5c) escaped = '\\';
    else endText();
    return at + 1;
  }

  function readMark(char: string): void {
    const isValue = awaited === 'value' || awaited === 'value-or-end';
    switch (char) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        break;
      case '{':
      case '[':
        if (isValue) open(char === '[');
        else fail();
        break;
      case '}':
      case ']':
        close(char === ']');
        break;
      case '"':
        isKey = awaited === 'key' || awaited === 'key-or-end';
        if (isKey || isValue) text = '';
        else fail();
        break;
      case ':':
        if (awaited === 'colon') awaited = 'value';
        else fail();
        break;
      case ',':
        if (awaited === 'comma-or-end') awaited = levels.at(-1)?.list === null ? 'key' : 'value';
        else fail();
        break;
      default:
        if (isValue) scalar = char;
        else fail();
    }
  }

  return {
    push(more) {
      for (let at = 0; at < more.length && broken === null; ) {
        if (text !== null) at = readText(more, at);
        else {
          const char = more.charAt(at);
          if (scalar !== '') {
            if (/[\w.+-]/.test(char)) {
              scalar += char;
              at += 1;
              continue;
            }
            endScalar();
          }
          if (broken === null) readMark(char);
          at += 1;
        }
      }
    },
    end() {
      if (scalar !== '') endScalar();
      if (awaited !== 'nothing' || text !== null) fail();
    },
    state: () => broken ?? (awaited === 'nothing' && scalar === '' ? 'over' : 'open'),
    value: () => root,
    openPath: () => levels.map(({ list, key }) => (list === null ? key : String(list.length))),
    openText: () => (text === null || isKey ? null : text.replace(/[\uD800-\uDBFF]$/, '')),
    snapshot(openText) {
      let inner: unknown = openText ?? undefined;
      for (const { list, members, key } of levels.toReversed()) {
        if (list !== null) inner = inner === undefined ? [...list] : [...list, inner];
        else inner = inner === undefined ? { ...members } : { ...members, [key]: inner };
      }
      return inner ?? root;
    },
    openMembers: () => levels.reduce((sum, { count }) => sum + count, 0),
    version: () => version,
  };
}

function put(level: Level, value: unknown): void {
  level.count += 1;
  if (level.list !== null) level.list.push(value);
  // As JSON.parse does it: an own property, not the prototype.
  else if (level.key === '__proto__')
    Object.defineProperty(level.members, '__proto__', { value, writable: true, enumerable: true, configurable: true });
  else level.members[level.key] = value;
}
