/**
 * Gathers the items of one answer, which are told in pieces, whole at their end, whole once more in the last event, or in only one of
 * these ways: what was said already is not said again, and what is missing is made good.
 *
 * Servers leave out ids and places, or change the id of an item from event to event. An item is known by its id, else by its place in
 * the output, else it is the last one of its kind.
 */
import type { Chunk } from '../../../core/chunk.ts';
import { countOf, type JsonObject, listOf, objectOf, textOf } from '../../json-fields.ts';
import { opaqueOf, textOpaqueOf } from '../../opaque-parts.ts';
import { type PendingCall, pendingCall } from '../../pending-call.ts';
import { openaiOpaque } from '../opaque-fields.ts';

type Kind = 'message' | 'reasoning' | 'call';
/** A message says its text; reasoning says a summary, its own words, or both. */
export type Series = 'text' | 'summary' | 'content';

interface Item {
  readonly kind: Kind;
  id: string;
  phase: string;
  closed: boolean;
  /** By series, and by series and place of the part. */
  readonly said: Map<string, string>;
  /** The part of reasoning that was said last. */
  part: string;
  readonly call: PendingCall;
}

const kinds: ReadonlyMap<string, Kind> = new Map([
  ['message', 'message'],
  ['reasoning', 'reasoning'],
  ['function_call', 'call'],
]);

export interface OutputReader {
  /** An item begins. Some servers say something in it already. */
  added(item: JsonObject, index: number | null): readonly Chunk[];
  /** One more piece of text or reasoning. */
  says(series: Series, event: JsonObject, part: number, text: string): readonly Chunk[];
  /** The text of one part, whole. */
  toldPart(series: Series, event: JsonObject, part: number, text: string): readonly Chunk[];
  argumentsPiece(event: JsonObject, piece: string): readonly Chunk[];
  argumentsTold(event: JsonObject, whole: string): void;
  /** An item, whole. */
  done(item: JsonObject, index: number | null): readonly Chunk[];
  /** The answer is over; `output` are its items as in the last event. */
  close(output: readonly unknown[]): readonly Chunk[];
  readonly saidText: boolean;
  readonly called: boolean;
}

export function readOutput(): OutputReader {
  const items: Item[] = [];
  const byId = new Map<string, Item>();
  const byPlace = new Map<number, Item>();
  const callIds = new Set<string>();
  let saidText = false;
  let called = false;

  const open = (kind: Kind, id: string, place: number | null): Item => {
    const call = pendingCall(callIds);
    const item: Item = { kind, id, phase: '', closed: false, said: new Map(), part: '', call };
    items.push(item);
    if (id !== '') byId.set(id, item);
    if (place !== null) byPlace.set(place, item);
    return item;
  };

  const known = (kind: Kind, id: string, place: number | null): Item | undefined =>
    [byId.get(id), place === null ? undefined : byPlace.get(place)].find((item) => item?.kind === kind);

  /** The item that an event speaks of; it begins one where no event has begun it. */
  const located = (kind: Kind, event: JsonObject): Item => {
    const id = textOf(event['item_id']);
    const place = countOf(event['output_index']);
    const item = known(kind, id, place);
    if (item !== undefined) return item;
    const last = id === '' && place === null ? items.findLast((one) => one.kind === kind && !one.closed) : undefined;
    return last ?? open(kind, id, place);
  };

  const say = (item: Item, series: Series, part: number, text: string): Chunk[] => {
    if (text === '' || item.closed) return [];
    const key = `${series} ${part}`;
    item.said.set(series, (item.said.get(series) ?? '') + text);
    item.said.set(key, (item.said.get(key) ?? '') + text);
    if (item.kind === 'message') {
      saidText = true;
      return [{ type: 'text', text }];
    }
    // Each part of a summary goes back as a part of its own.
    const boundary =
      item.part === '' || item.part === key ? undefined : opaqueOf({ openai: { itemId: textOrNone(item.id) } }, openaiOpaque);
    item.part = key;
    return [...(boundary === undefined ? [] : [{ type: 'reasoning', text: '', opaque: boundary } as const]), { type: 'reasoning', text }];
  };

  /** The texts of a series as they are in the end: what has not been said of them is said. */
  const fill = (item: Item, series: Series, texts: readonly string[]): Chunk[] => {
    const said = item.said.get(series) ?? '';
    if (said === '') return texts.flatMap((text, part) => say(item, series, part, text));
    return say(item, series, texts.length - 1, missing(texts.join(''), said));
  };

  const fillItem = (item: Item, told: JsonObject): Chunk[] => {
    switch (item.kind) {
      case 'message':
        item.phase = textOf(told['phase']) || item.phase;
        return fill(item, 'text', textsOf(told['content']));
      case 'reasoning':
        return [...fill(item, 'summary', textsOf(told['summary'])), ...fill(item, 'content', textsOf(told['content']))];
      case 'call':
        return [];
    }
  };

  const closeItem = (item: Item, told: JsonObject): Chunk[] => {
    if (item.closed) return [];
    const chunks = fillItem(item, told);
    item.closed = true;
    item.id = item.id || textOf(told['id']);
    switch (item.kind) {
      case 'message':
        return [...chunks, ...closingOf(textOpaqueOf({ openai: { phase: textOrNone(item.phase) } }, openaiOpaque))];
      case 'reasoning': {
        const encrypted = textOrNone(textOf(told['encrypted_content']));
        const metadata = { openai: { itemId: textOrNone(item.id), reasoningEncryptedContent: encrypted } };
        return [...chunks, ...closingOf(opaqueOf(metadata, openaiOpaque))];
      }
      case 'call': {
        const done = item.call.end(told, opaqueOf({ openai: { itemId: textOrNone(item.id) } }, openaiOpaque));
        if (done.length > 0) called = true;
        return done;
      }
    }
  };

  /** An item of the last event: known by id or place, else the first of its kind that no other item of that event is. */
  const matched = (kind: Kind, told: JsonObject, place: number, taken: ReadonlySet<Item>): Item => {
    const candidates = [byId.get(textOf(told['id'])), byPlace.get(place), ...items];
    return candidates.find((item) => item?.kind === kind && !taken.has(item)) ?? open(kind, textOf(told['id']), null);
  };

  return {
    added(told, place) {
      const kind = kinds.get(textOf(told['type']));
      if (kind === undefined) return [];
      const id = textOf(told['id']);
      const before = byId.get(id);
      const item = before?.kind === kind && !before.closed ? before : open(kind, id, place);
      return kind === 'call' ? item.call.begin(told) : fillItem(item, told);
    },
    says: (series, event, part, text) => say(located(series === 'text' ? 'message' : 'reasoning', event), series, part, text),
    toldPart(series, event, part, text) {
      const item = located(series === 'text' ? 'message' : 'reasoning', event);
      return say(item, series, part, missing(text, item.said.get(`${series} ${part}`) ?? ''));
    },
    argumentsPiece: (event, piece) => located('call', event).call.piece(piece),
    argumentsTold: (event, whole) => located('call', event).call.told(whole),
    done(told, place) {
      const kind = kinds.get(textOf(told['type']));
      if (kind === undefined) return [];
      return closeItem(located(kind, { item_id: told['id'], output_index: place }), told);
    },
    close(output) {
      const taken = new Set<Item>();
      const chunks: Chunk[] = [];
      for (const [place, one] of output.entries()) {
        const told = objectOf(one);
        const kind = kinds.get(textOf(told['type']));
        if (kind === undefined) continue;
        const item = matched(kind, told, place, taken);
        taken.add(item);
        chunks.push(...closeItem(item, told));
      }
      for (const item of items) chunks.push(...closeItem(item, {}));
      return chunks;
    },
    get saidText() {
      return saidText;
    },
    get called() {
      return called;
    },
  };
}

const textOrNone = (text: string): string | undefined => (text === '' ? undefined : text);

const closingOf = (opaque: string | undefined): Chunk[] => (opaque === undefined ? [] : [{ type: 'reasoning', text: '', opaque }]);

/** What the whole text has beyond what was said; nothing where the two differ. */
const missing = (whole: string, said: string): string =>
  whole.length > said.length && whole.startsWith(said) ? whole.slice(said.length) : '';

/** The texts of a list of parts, whatever each part calls its own. */
function textsOf(parts: unknown): string[] {
  if (typeof parts === 'string') return [parts];
  return listOf(parts).map((part) => {
    if (typeof part === 'string') return part;
    const { text, refusal } = objectOf(part) as { readonly text?: unknown; readonly refusal?: unknown };
    return textOf(text) || textOf(refusal);
  });
}
