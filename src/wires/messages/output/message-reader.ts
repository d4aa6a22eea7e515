/**
 * Gathers the blocks of one message, which are told whole, in pieces, or both.
 *
 * Servers leave out the beginning of a block, its place or its end, use one place for all blocks, and put thinking into blocks of text.
 * What a piece is counts for more than the block that it stands in. Blocks and pieces that are not known are passed over.
 */
import type { Chunk } from '../../../core/chunk.ts';
import { type JsonObject, parseJson, textOf } from '../../json-fields.ts';
import { type PendingCall, pendingCall } from '../../pending-call.ts';
import type { Said } from '../../settle-finish.ts';
import { opaqueOfThinking } from '../kept-parts.ts';

/** `ignored`: the content of the block is no part of the answer. */
type Block =
  | { readonly kind: 'spoken' | 'ignored' }
  | { readonly kind: 'call'; readonly call: PendingCall }
  | { readonly kind: 'json'; readonly initial: string };

export interface MessageReader {
  /** `place` is null where the server names none. */
  begin(place: number | null, block: JsonObject): readonly Chunk[];
  piece(place: number | null, delta: JsonObject): readonly Chunk[];
  stop(place: number | null): readonly Chunk[];
  /** A block that comes as a whole. */
  whole(block: JsonObject): readonly Chunk[];
  end(): readonly Chunk[];
  readonly said: Said;
}

/** `jsonTool`: see `MessagesSettings`. */
export function readMessage(jsonTool: string | null): MessageReader {
  const open = new Map<number, Block>();
  const callIds = new Set<string>();
  const said = { text: false, toolCall: false };
  /** The open block of text or thinking, with what the vendor wants back with it. */
  let spoken: 'text' | 'reasoning' | null = null;
  let signature = '';
  let redactedData = '';
  /** The place of the open block. */
  let speaker = 0;
  /** The next place for a block without one: below all others. */
  let unplaced = -1;
  let last = 0;
  /** Text beside the tool that takes the JSON. It is the answer only where no tool was called. */
  let talk = '';
  let usedJsonTool = false;
  let json = '';

  const hush = (): Chunk[] => {
    const opaque = spoken === 'reasoning' ? opaqueOfThinking({ signature, redactedData }) : undefined;
    spoken = null;
    signature = '';
    redactedData = '';
    return opaque === undefined ? [] : [{ type: 'reasoning', text: '', opaque }];
  };

  const speak = (kind: 'text' | 'reasoning', text: string): Chunk[] => {
    const before = spoken === kind ? [] : hush();
    spoken = kind;
    if (text === '') return before;
    if (kind === 'reasoning') return [...before, { type: 'reasoning', text }];
    if (jsonTool !== null) {
      talk += text;
      return before;
    }
    said.text = true;
    return [...before, { type: 'text', text }];
  };

  const sayJson = (text: string): Chunk[] => {
    json += text;
    if (text === '') return [];
    said.text = true;
    return [...hush(), { type: 'text', text }];
  };

  const beginCall = (block: JsonObject): { readonly made: Block; readonly chunks: readonly Chunk[] } => {
    talk = '';
    const initial = argumentsTextOf(block['input']);
    if (jsonTool !== null && block['name'] === jsonTool) {
      if (usedJsonTool) return { made: { kind: 'ignored' }, chunks: [] };
      usedJsonTool = true;
      return { made: { kind: 'json', initial }, chunks: [] };
    }
    const call = pendingCall(callIds);
    return { made: { kind: 'call', call }, chunks: call.begin({ name: block['name'], id: block['id'], arguments: initial }) };
  };

  /** Opens the block, and returns the chunks that it brings at once. */
  const opened = (block: JsonObject): { readonly made: Block; readonly chunks: readonly Chunk[] } => {
    switch (block['type']) {
      case 'text':
        return { made: { kind: 'spoken' }, chunks: speak('text', textOf(block['text'])) };
      case 'compaction':
        return { made: { kind: 'spoken' }, chunks: speak('text', textOf(block['content'])) };
      case 'thinking': {
        const chunks = speak('reasoning', textOf(block['thinking']));
        signature = textOf(block['signature']);
        return { made: { kind: 'spoken' }, chunks };
      }
      case 'redacted_thinking': {
        const chunks = speak('reasoning', '');
        redactedData = textOf(block['data']);
        return { made: { kind: 'spoken' }, chunks };
      }
      case 'tool_use':
        return beginCall(block);
      default:
        talk = '';
        return { made: { kind: 'ignored' }, chunks: [] };
    }
  };

  const closeAt = (place: number): readonly Chunk[] => {
    const block = open.get(place);
    open.delete(place);
    switch (block?.kind) {
      case undefined:
        return [];
      case 'spoken':
        return place === speaker ? hush() : [];
      case 'ignored':
        return [];
      case 'json':
        return json === '' ? sayJson(block.initial) : [];
      case 'call': {
        const chunks = block.call.end({}, undefined);
        if (chunks.length > 0) said.toolCall = true;
        return chunks;
      }
    }
  };

  const begin = (given: number | null, block: JsonObject): readonly Chunk[] => {
    const place = given ?? unplaced;
    if (given === null) unplaced -= 1;
    const before = [...closeAt(place), ...hush()];
    const { made, chunks } = opened(block);
    open.set(place, made);
    last = place;
    speaker = place;
    return [...before, ...chunks];
  };

  /** The block that a piece of a call belongs to. */
  const callAt = (place: number | null): Block | undefined => {
    const block = place === null ? undefined : open.get(place);
    if (block !== undefined && block.kind !== 'spoken') return block;
    return [...open.values()].findLast(({ kind }) => kind === 'call' || kind === 'json');
  };

  const speakAt = (place: number | null, kind: 'text' | 'reasoning', text: string): readonly Chunk[] => {
    if (open.get(place ?? last)?.kind === 'ignored') return [];
    speaker = place ?? last;
    return speak(kind, text);
  };

  const pieceOfCall = (place: number | null, text: string): readonly Chunk[] => {
    const block = callAt(place);
    if (block?.kind === 'json') return sayJson(text);
    return block?.kind === 'call' ? block.call.piece(text) : [];
  };

  return {
    begin,
    piece(place, delta) {
      switch (kindOf(delta)) {
        case 'text_delta':
          return speakAt(place, 'text', textOf(delta['text']));
        case 'compaction_delta':
          return speakAt(place, 'text', textOf(delta['content']));
        case 'thinking_delta':
          return speakAt(place, 'reasoning', textOf(delta['thinking']));
        case 'signature_delta':
          if (spoken === 'reasoning') signature += textOf(delta['signature']);
          return [];
        case 'input_json_delta':
          return pieceOfCall(place, textOf(delta['partial_json']));
        default:
          return [];
      }
    },
    stop: (place) => closeAt(place ?? last),
    whole(block) {
      const place = unplaced;
      return [...begin(null, block), ...closeAt(place)];
    },
    end() {
      const chunks = [...open.keys()].flatMap(closeAt);
      const left = usedJsonTool || said.toolCall || talk === '' ? [] : [{ type: 'text', text: talk } as const];
      if (left.length > 0) said.text = true;
      return [...chunks, ...hush(), ...left];
    },
    said,
  };
}

/** The kind of a piece, by its type, or by its field where the server names no type. */
function kindOf(delta: JsonObject): string {
  const type = textOf(delta['type']);
  if (type !== '') return type;
  if ('text' in delta) return 'text_delta';
  if ('thinking' in delta) return 'thinking_delta';
  if ('signature' in delta) return 'signature_delta';
  return 'partial_json' in delta ? 'input_json_delta' : '';
}

/** Some servers write the input as text. */
function argumentsTextOf(input: unknown): string {
  if (typeof input === 'string') return parseJson(input) === undefined && input !== '' ? JSON.stringify(input) : input;
  try {
    return input === undefined || input === null ? '' : JSON.stringify(input);
  } catch {
    return '';
  }
}
