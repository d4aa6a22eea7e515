/**
 * The events of one run, compactly: deltas of text and reasoning are offsets into the two growing texts.
 *
 * The newest delta grows while nobody has read it, so a slow reader gets fewer and larger deltas and none is dropped.
 * Once read, an event never changes: every reader, at any time, sees the same events under the same `seq`.
 */
import { type Chunk, toolCallPart } from '../core/chunk.ts';
import { GatewayError } from '../core/errors.ts';
import type { RunEventBody } from './run.ts';

/** What is stored of an event: a delta of a text by its offsets, anything else whole. */
export type Entry = DeltaEntry | WholeEntry;
interface DeltaEntry {
  readonly type: 'text' | 'reasoning';
  readonly start: number;
  end: number;
}
type WholeEntry = Exclude<RunEventBody, { type: 'text' | 'reasoning' | 'snapshot' }>;

export interface LogContent {
  readonly text: string;
  readonly reasoning: string;
  readonly entries: readonly Entry[];
}

export interface RunLog {
  /** Adds what a reader can see of the chunk. Throws when the content outgrows the bound. */
  add(chunk: Chunk): void;
  push(entry: WholeEntry): void;
  /** The event at the index (its `seq` is one more), sealed by being read; null while there is none. */
  read(index: number): RunEventBody | null;
  /** Bytes from the event at the index on: what a reader there has yet to read. */
  bytesFrom(index: number): number;
  readonly length: number;
  readonly bytes: number;
  content(): LogContent;
}

/** What one entry costs in memory beside its text, roughly: an object with three numbers and its slot. */
const entryBytes = 64;

export function runLog(mostBytes: number, from: LogContent = { text: '', reasoning: '', entries: [] }): RunLog {
  const entries: Entry[] = [...from.entries];
  const texts = { text: from.text, reasoning: from.reasoning };
  /** Bytes before each entry. */
  const before: number[] = entries.map((_, index) => index * entryBytes);
  let bytes = entries.length * entryBytes + 2 * (from.text.length + from.reasoning.length);
  let sealed = entries.length;

  function append(entry: Entry, size: number): void {
    before.push(bytes);
    entries.push(entry);
    bytes += entryBytes + size;
  }

  function extend(type: 'text' | 'reasoning', piece: string): void {
    if (piece === '') return;
    const start = texts[type].length;
    texts[type] += piece;
    const last = entries.at(-1);
    if (last !== undefined && last.type === type && sealed < entries.length) {
      last.end = texts[type].length;
      bytes += 2 * piece.length;
    } else append({ type, start, end: texts[type].length }, 2 * piece.length);
  }

  return {
    add(chunk) {
      if (bytes > mostBytes) {
        throw new GatewayError(
          'MODEL_UNAVAILABLE',
          `The answer outgrew ${mostBytes} bytes and was stopped. Ask with a smaller maxOutputTokens.`,
          {
            phase: 'mid-stream',
            retryable: false,
          },
        );
      }
      switch (chunk.type) {
        case 'text':
        case 'reasoning':
          return extend(chunk.type, chunk.text);
        case 'tool-call':
          return append(
            chunk.done
              ? { type: 'tool-call', call: toolCallPart(chunk) }
              : { type: 'tool-call-delta', callId: chunk.id, name: chunk.name, argumentsText: chunk.argumentsText },
            2 * chunk.argumentsText.length,
          );
        case 'object':
          return append({ type: 'object', object: chunk.value }, 256);
        case 'citation':
          return append({ type: 'citation', citation: chunk.citation }, 2 * (chunk.citation.passage?.text.length ?? 0));
        default:
          return;
      }
    },
    push: (entry) => append(entry, 256),
    read(index) {
      const entry = entries[index];
      if (entry === undefined) return null;
      sealed = Math.max(sealed, index + 1);
      if (!('start' in entry)) return entry;
      const { type, start, end } = entry;
      return type === 'text'
        ? { type, text: texts.text.slice(start, end), offset: start }
        : { type, text: texts.reasoning.slice(start, end) };
    },
    bytesFrom: (index) => bytes - (before[index] ?? bytes),
    get length() {
      return entries.length;
    },
    get bytes() {
      return bytes;
    },
    content: () => ({ ...texts, entries }),
  };
}
