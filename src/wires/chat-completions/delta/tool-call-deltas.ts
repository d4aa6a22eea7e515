/**
 * Puts tool calls together out of the pieces in which servers send them.
 *
 * A proper server names each call by its index, and gives id and name in its first piece. Others leave out indexes or ids, give all
 * calls one index, one id, or each piece a new id. So a piece is looked up by id and index, and a name with arguments that begin
 * anew makes a new call once the one before is whole.
 */
import type { Chunk, ToolCallChunk } from '../../../core/chunk.ts';
import { isObject, type JsonObject, jsonOf, objectOf, textOf } from '../../json-fields.ts';
import { WireFailure } from '../../wire-failure.ts';
import { signatureIn } from '../call-signatures.ts';
import { followStructure, type Structure } from './structure.ts';

export interface ToolCallDeltas {
  /** One entry of `tool_calls`. */
  take(delta: JsonObject): readonly Chunk[];
  /** Returns the whole calls. */
  end(): readonly Chunk[];
  /** Whether there is a call with a name. */
  any(): boolean;
}

interface OpenCall {
  /** Null until its name is known. */
  id: string | null;
  name: string;
  /** Id and index, as the server gave them. */
  readonly ids: Set<string>;
  readonly indexes: Set<number>;
  text: string;
  readonly structure: Structure;
  /** Arguments so far. A `{}` at the beginning is held back, because some servers send it before the real arguments. */
  held: string;
  signature: string;
}

interface Found {
  readonly id: string;
  readonly index: number | null;
  readonly name: string;
  readonly text: string;
}

const emptyObject = '{}';
/** Maximum number of calls, more than any model makes at once. */
const maxCalls = 1_000;

/** `opaqueOfSignature`: the opaque part of a call with this signature. */
export function joinToolCalls(newCallId: () => string, opaqueOfSignature: (signature: string) => string | undefined): ToolCallDeltas {
  const calls: OpenCall[] = [];
  const takenIds = new Set<string>();

  function nameCall(call: OpenCall, wireId: string): Chunk[] {
    let id = wireId;
    while (id === '' || takenIds.has(id)) id = newCallId();
    takenIds.add(id);
    call.id = id;
    const text = call.text;
    call.text = '';
    return [{ type: 'tool-call', id, name: call.name, argumentsText: '', done: false }, ...addText(call, text)];
  }

  function addText(call: OpenCall, text: string): Chunk[] {
    if (text === '') return [];
    if (call.id === null) {
      call.text += text;
      return [];
    }
    if (call.text === '' && call.held === '' && text.trim() === emptyObject) {
      call.held = text;
      return [];
    }
    // Some servers send the whole arguments once more at the end.
    if (call.structure.whole && text.trim() === call.text.trim()) return [];
    const piece = call.held !== '' && text.trimStart().startsWith('{') ? text : call.held + text;
    call.held = '';
    if (piece.trim() === emptyObject && call.text === '') {
      call.held = piece;
      return [];
    }
    call.text += piece;
    call.structure.take(piece);
    return [{ type: 'tool-call', id: call.id, name: call.name, argumentsText: piece, done: false }];
  }

  return {
    take(delta) {
      const { index, id } = delta;
      const fields = objectOf(delta['function']);
      const found: Found = {
        id: textOf(id).trim() === '' ? '' : textOf(id),
        index: typeof index === 'number' ? index : /^\d{1,9}$/.test(textOf(index)) ? Number(index) : null,
        name: textOf(fields['name']).trim(),
        text: argumentsOf(fields['arguments']),
      };
      let call = callOf(calls, found);
      if (call === null) {
        if (calls.length === maxCalls) throw new WireFailure('unreadable');
        const structure = followStructure();
        call = { id: null, name: '', ids: new Set(), indexes: new Set(), text: '', structure, held: '', signature: '' };
        calls.push(call);
      }
      if (found.id !== '') call.ids.add(found.id);
      if (found.index !== null) call.indexes.add(found.index);
      call.signature ||= signatureIn(delta);
      const chunks = addText(call, found.text);
      if (call.id !== null || found.name === '') return chunks;
      call.name = found.name;
      const [firstId = ''] = call.ids;
      return nameCall(call, firstId);
    },
    end() {
      const named = calls.filter((call) => call.id !== null);
      const inOrder = named.every(({ indexes }) => indexes.size === 1) ? named.toSorted((a, b) => firstOf(a) - firstOf(b)) : named;
      const left = named.flatMap((call): ToolCallChunk[] =>
        call.held === '' ? [] : [{ type: 'tool-call', id: call.id ?? '', name: call.name, argumentsText: call.held, done: false }],
      );
      const whole = inOrder.map(({ id, name, text, held, signature }): ToolCallChunk => {
        const opaque = signature === '' ? undefined : opaqueOfSignature(signature);
        const argumentsText = text + held;
        return { type: 'tool-call', id: id ?? '', name, argumentsText, done: true, ...(opaque === undefined ? {} : { opaque }) };
      });
      return [...left, ...whole, ...(named.length === calls.length ? [] : [callWithoutName])];
    },
    any: () => calls.some(({ id }) => id !== null),
  };
}

const callWithoutName: Chunk = { type: 'warning', message: 'The model called a tool without naming it; the call was left out.' };

/** Some servers send the object itself instead of its text. */
function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isObject(value) ? jsonOf(value) : '';
}

const firstOf = ({ indexes }: OpenCall): number => [...indexes][0] ?? 0;

/** The call that the piece belongs to; null when it begins a call. */
function callOf(calls: readonly OpenCall[], { id, index, name, text }: Found): OpenCall | null {
  const begins = name !== '' && /^\s*[{[]/.test(text);
  const sameName = (call: OpenCall): boolean => name === '' || call.name === '' || call.name === name;
  const atIndex = index === null ? [] : calls.filter((call) => call.indexes.has(index));
  if (id !== '') {
    const withId = calls.filter((call) => call.ids.has(id));
    if (withId.length > 0) {
      if (index === null) return goingOn(withId.filter(sameName), begins);
      const both = atIndex.filter((call) => withId.includes(call) && sameName(call));
      if (both.length > 0) return goingOn(both, begins);
      return name === '' && atIndex.length === 0 ? goingOn(withId, false) : null;
    }
    // Some servers give each piece another id.
    if (index === null && name === '') return goingOn(calls, true);
    const here = atIndex.filter(sameName);
    if (here.length === 0 || begins) return null;
    return goingOn(here, name !== '' && text.trim() === '');
  }
  if (atIndex.length > 0) return goingOn(atIndex.filter(sameName), begins);
  if (name !== '') {
    // A name may follow the piece that had the id.
    const nameless = calls.at(-1);
    return index === null && nameless?.name === '' ? nameless : null;
  }
  return index === null ? goingOn(calls, false) : null;
}

/** The last call whose arguments are not whole. Where all are whole, the last call, unless the piece begins a new one. */
function goingOn(calls: readonly OpenCall[], begins: boolean): OpenCall | null {
  const open = calls.findLast(({ structure }) => !structure.whole);
  return open ?? (begins ? null : (calls.at(-1) ?? null));
}
