/**
 * One tool call whose arguments come in pieces, whole, or both. It is reported once its name is known.
 *
 * The arguments are kept as they came. Where the ways in which they were told differ, the first that is JSON and more than `{}` is
 * believed: some servers begin with `{}`, others end with it.
 */
import type { Chunk } from '../core/chunk.ts';
import { type JsonObject, jsonOf, parseJson, textOf } from './json-fields.ts';

export interface PendingCall {
  begin(item: JsonObject): readonly Chunk[];
  piece(text: string): readonly Chunk[];
  told(whole: string): void;
  /** Nothing where the call has no name. */
  end(item: JsonObject, opaque: string | undefined): Chunk[];
}

/** `taken`: the ids of the answer's other calls. A call without an id, or with one that is taken, gets another. */
export function pendingCall(taken: Set<string>): PendingCall {
  let id = '';
  let name = '';
  let initial = '';
  let pieces = '';
  /** An empty object that came as the first piece: some servers begin with it, before the arguments. */
  let held = '';
  let whole = '';
  let begun = false;
  let ended = false;

  /** Names the call, and says what was kept back for want of a name. */
  const begin = (item: JsonObject): Chunk[] => {
    name = name || textOf(item['name']);
    if (name === '' || begun) return [];
    begun = true;
    id = freeId(textOf(item['call_id']) || textOf(item['id']), taken);
    const chunks: Chunk[] = [{ type: 'tool-call', id, name, argumentsText: '', done: false }];
    if (pieces !== '') chunks.push({ type: 'tool-call', id, name, argumentsText: pieces, done: false });
    return chunks;
  };

  return {
    begin(item) {
      initial = argumentsOf(item);
      return begin(item);
    },
    piece(text) {
      if (text === '' || ended) return [];
      if (pieces === '' && held === '' && text === '{}') {
        held = text;
        return [];
      }
      pieces += text;
      return begun ? [{ type: 'tool-call', id, name, argumentsText: text, done: false }] : [];
    },
    told(text) {
      whole = text;
    },
    end(item, opaque) {
      ended = true;
      const isEmpty = pieces === '' && held !== '';
      if (isEmpty) pieces = held;
      const isNamed = begun;
      const chunks = begin(item);
      if (!begun) return [];
      if (isEmpty && isNamed) chunks.push({ type: 'tool-call', id, name, argumentsText: held, done: false });
      const argumentsText = believed([argumentsOf(item), whole, pieces, initial + pieces, initial]);
      chunks.push({ type: 'tool-call', id, name, argumentsText, done: true, ...(opaque === undefined ? {} : { opaque }) });
      return chunks;
    },
  };
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted || `call_${taken.size}`;
  for (let copy = 2; taken.has(id); copy += 1) id = `${wanted || 'call'}_${copy}`;
  taken.add(id);
  return id;
}

function believed(told: readonly string[]): string {
  const differing = [...new Set(told.filter((text) => text !== ''))];
  if (differing.length < 2) return differing[0] ?? '';
  return differing.find((text) => text !== '{}' && parseJson(text) !== undefined) ?? differing[0] ?? '';
}

function argumentsOf(item: JsonObject): string {
  const given = item['arguments'];
  return typeof given === 'object' && given !== null ? jsonOf(given) : textOf(given);
}
