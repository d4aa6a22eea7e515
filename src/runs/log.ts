/**
 * The events of one run. Each delta has its own piece of the text: a slice of one growing text would be copied whole for
 * every token.
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
  readonly end: number;
}
/** A delta as it is held: its piece grows until it is read. */
interface HeldDelta {
  readonly type: 'text' | 'reasoning';
  readonly start: number;
  text: string;
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
  /** Whether a reader has read something of the answer. */
  answerWasRead(): boolean;
  /** Drops what was said: another answer takes its place. Only while nothing of it was read. */
  dropAnswer(): void;
  /** Bytes from the event at the index on: what a reader there has yet to read. */
  bytesFrom(index: number): number;
  readonly length: number;
  readonly bytes: number;
  content(): LogContent;
}

/** What one entry costs in memory beside its text, roughly: an object with three numbers and its slot. */
const entryBytes = 64;

export function runLog(mostBytes: number, from: LogContent = { text: '', reasoning: '', entries: [] }): RunLog {
  const entries: (HeldDelta | WholeEntry)[] = from.entries.map((entry) =>
    'start' in entry ? { type: entry.type, start: entry.start, text: from[entry.type].slice(entry.start, entry.end) } : entry,
  );
  const lengths = { text: from.text.length, reasoning: from.reasoning.length };
  /** Bytes before each entry. */
  const before: number[] = entries.map((_, index) => index * entryBytes);
  let bytes = entries.length * entryBytes + 2 * (from.text.length + from.reasoning.length);
  let sealed = entries.length;

  function append(entry: HeldDelta | WholeEntry, size: number): void {
    before.push(bytes);
    entries.push(entry);
    bytes += entryBytes + size;
  }

  function extend(type: 'text' | 'reasoning', piece: string): void {
    if (piece === '') return;
    const start = lengths[type];
    lengths[type] += piece.length;
    const last = entries.at(-1);
    if (last !== undefined && isDelta(last) && last.type === type && sealed < entries.length) {
      last.text += piece;
      bytes += 2 * piece.length;
    } else append({ type, start, text: piece }, 2 * piece.length);
  }

  /** Where the answer begins: behind the event that says that the run has started. */
  function answerFrom(): number {
    return entries[0]?.type === 'started' ? 1 : 0;
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
      if (!isDelta(entry)) return entry;
      const { type, text, start } = entry;
      return type === 'text' ? { type, text, offset: start } : { type, text };
    },
    answerWasRead: () => sealed > answerFrom(),
    dropAnswer() {
      const from = answerFrom();
      bytes = before[from] ?? bytes;
      entries.length = from;
      before.length = from;
      lengths.text = 0;
      lengths.reasoning = 0;
    },
    bytesFrom: (index) => bytes - (before[index] ?? bytes),
    get length() {
      return entries.length;
    },
    get bytes() {
      return bytes;
    },
    content() {
      const deltas = entries.filter(isDelta);
      const whole = (type: HeldDelta['type']): string =>
        deltas
          .filter((delta) => delta.type === type)
          .map(({ text }) => text)
          .join('');
      return {
        text: whole('text'),
        reasoning: whole('reasoning'),
        entries: entries.map((entry) =>
          isDelta(entry) ? { type: entry.type, start: entry.start, end: entry.start + entry.text.length } : entry,
        ),
      };
    },
  };
}

const isDelta = (entry: HeldDelta | WholeEntry): entry is HeldDelta => 'start' in entry;
