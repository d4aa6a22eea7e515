/**
 * The events of one run and the completion they describe. Every text is kept here once, and nowhere else.
 *
 * While nobody has read it, the newest delta grows and the newest object is replaced: a slow reader gets fewer and larger
 * events, and misses none. After an event was read it never changes: every reader, at any time, sees the same events under
 * the same `seq`.
 */
import { type Chunk, type Completion, type FinishReason, type MessagePart, toolCallPart } from '../core/chunk.ts';
import { GatewayError } from '../core/errors.ts';
import { GrowingText } from './growing-text.ts';
import { objectTexts, type Stage } from './object-texts.ts';
import type { RunEventBody, RunState } from './run.ts';
import { keptBytes, lettersBytes, textBytes } from './weight.ts';

/** The first and the last event are stored without the state of the run that they show. The run adds it when they are read. */
type Mark = { readonly type: 'started' } | { readonly type: 'finished' } | { readonly type: 'failed' };
export type LoggedEvent = Mark | Exclude<RunEventBody, { state: unknown }>;

type ToolCallDelta = Extract<LoggedEvent, { type: 'tool-call-delta' }>;
type WholeEntry = Mark | ToolCallDelta | Extract<LoggedEvent, { type: 'tool-call' | 'citation' }>;
/** A delta grows until it is read. */
interface HeldDelta {
  readonly type: 'text' | 'reasoning';
  readonly start: number;
  end: number;
}
type HeldEntry = HeldDelta | { readonly type: 'object'; readonly stage: number } | WholeEntry;

/** What is stored of an event: a delta by its offsets in the text, a structured answer by what is new in it, all others whole. */
type Entry = Readonly<HeldDelta> | (Stage & { readonly type: 'object' }) | WholeEntry;

export interface LogContent {
  readonly text: string;
  readonly reasoning: string;
  readonly entries: readonly Entry[];
}

export interface RunLog {
  /** Adds the chunk to the completion, and what a reader sees of it to the events. Throws when the whole would outgrow the bound. */
  add(chunk: Chunk): void;
  mark(type: Mark['type']): void;
  /** The event at the index (its `seq` is one more), sealed by being read; null while there is none. */
  read(index: number): LoggedEvent | null;
  /** Whether something of an answer was said. */
  hasAnswer(): boolean;
  /** Whether a reader has read something of the answer. */
  answerWasRead(): boolean;
  /** Drops the answer so far, because another one takes its place. Call it only while no reader has read a part of it. */
  dropAnswer(): void;
  /** Bytes of the event at the index and of all behind it: what a reader at that place has not read. */
  bytesFrom(index: number): number;
  /** How many events there are. */
  length(): number;
  /** Memory of the whole log, in bytes. */
  bytes(): number;
  /** Built anew at each call. */
  completion(): Completion;
  content(): LogContent;
}

/** What an event takes beside its content: an object of three numbers, and two slots. */
const entryBytes = 64;
/** What a part of the message takes beside its text. */
const partBytes = 88;

type HeldPart =
  | { readonly type: 'text'; readonly start: number; end: number }
  | { readonly type: 'reasoning'; readonly start: number; end: number; opaque?: string }
  | Extract<MessagePart, { type: 'tool-call' }>;

export function runLog(maxBytes: number, from: LogContent = { text: '', reasoning: '', entries: [] }): RunLog {
  const texts = { text: new GrowingText(from.text), reasoning: new GrowingText(from.reasoning) };
  let objects = objectTexts(from.entries.filter((entry) => entry.type === 'object'));
  const entries = heldEntries(from.entries);
  /** By call: the length of its arguments so far. */
  let argumentEnds = new Map<string, number>();
  /** Bytes before each entry. */
  const before: number[] = entries.map(() => 0);
  let sealed = entries.length;
  const parts: HeldPart[] = [];
  const citations: Completion['citations'][number][] = [];
  const warnings: string[] = [];
  const vectors: Float32Array[] = [];
  let finishReason: FinishReason | null = null;
  let objectIsWhole = false;
  /** Bytes of tool calls, citations, warnings and opaque parts, which are kept as they came. */
  let others = 0;

  const bytes = (): number =>
    entries.length * entryBytes + parts.length * partBytes + texts.text.bytes + texts.reasoning.bytes + objects.bytes() + others;

  function refuseBeyond(size: number): void {
    if (bytes() + size <= maxBytes) return;
    throw new GatewayError(
      'MODEL_UNAVAILABLE',
      `The answer outgrew ${maxBytes} bytes and was stopped. Ask with a smaller maxOutputTokens.`,
      {
        phase: 'mid-stream',
        retryable: false,
      },
    );
  }

  function append(entry: HeldEntry): void {
    before.push(bytes());
    entries.push(entry);
  }

  const unread = (): HeldEntry | undefined => (sealed < entries.length ? entries.at(-1) : undefined);

  function addText(chunk: Extract<Chunk, { type: 'text' | 'reasoning' }>): void {
    const { type, text } = chunk;
    const start = texts[type].length;
    const end = start + text.length;
    const last = unread();
    if (last?.type === type) last.end = end;
    else if (text !== '') append({ type, start, end });
    texts[type].add(text);
    addPart(chunk, start, end);
  }

  /** As `withChunk` of `core/chunk.ts` does it. */
  function addPart(chunk: Extract<Chunk, { type: 'text' | 'reasoning' }>, start: number, end: number): void {
    const last = parts.at(-1);
    if (last?.type === 'text' && chunk.type === 'text') last.end = end;
    else if (last?.type === 'reasoning' && chunk.type === 'reasoning' && last.opaque === undefined) {
      last.end = end;
      if (chunk.opaque !== undefined) last.opaque = chunk.opaque;
    } else if (chunk.type === 'text') parts.push({ type: 'text', start, end });
    else parts.push({ type: 'reasoning', start, end, ...(chunk.opaque === undefined ? {} : { opaque: chunk.opaque }) });
  }

  function addObject(value: unknown, final: boolean): void {
    const text = JSON.stringify(value);
    refuseBeyond(lettersBytes(text));
    objectIsWhole ||= final;
    if (text === objects.last()) return;
    if (unread()?.type === 'object') {
      objects.replaceLast(text);
      return;
    }
    append({ type: 'object', stage: objects.stages.length });
    objects.add(text);
  }

  function addToolCallDelta({ id, name, argumentsText }: Extract<Chunk, { type: 'tool-call' }>): void {
    const last = unread();
    const offset = argumentEnds.get(id) ?? 0;
    argumentEnds.set(id, offset + argumentsText.length);
    if (last?.type !== 'tool-call-delta' || last.callId !== id) {
      others += textBytes(id) + textBytes(name);
      append({ type: 'tool-call-delta', callId: id, name, argumentsText, offset });
      return;
    }
    entries[entries.length - 1] = { ...last, argumentsText: last.argumentsText + argumentsText };
  }

  /** Where the answer begins: behind the event that says that the run has started. */
  function answerFrom(): number {
    return entries[0]?.type === 'started' ? 1 : 0;
  }

  return {
    add(chunk) {
      const size = keptBytes(chunk);
      refuseBeyond(size);
      if (chunk.type !== 'text' && chunk.type !== 'reasoning') others += size;
      switch (chunk.type) {
        case 'text':
          return addText(chunk);
        case 'reasoning':
          others += chunk.opaque === undefined ? 0 : textBytes(chunk.opaque);
          return addText(chunk);
        case 'tool-call': {
          if (!chunk.done) return addToolCallDelta(chunk);
          const call = toolCallPart(chunk);
          argumentEnds.delete(call.id);
          parts.push(call);
          return append({ type: 'tool-call', call });
        }
        case 'object':
          return addObject(chunk.value, chunk.final);
        case 'citation':
          citations.push(chunk.citation);
          return append({ type: 'citation', citation: chunk.citation });
        case 'warning':
          warnings.push(chunk.message);
          return;
        case 'embedding':
          vectors[chunk.index] = chunk.vector;
          return;
        case 'finish':
          finishReason = chunk.reason;
      }
    },
    mark: (type) => append({ type }),
    read(index) {
      const entry = entries[index];
      if (entry === undefined) return null;
      sealed = Math.max(sealed, index + 1);
      if (entry.type === 'object') return { type: 'object', object: JSON.parse(objects.at(entry.stage)) as unknown };
      if (!isDelta(entry)) return entry;
      const { type, start, end } = entry;
      const text = texts[type].slice(start, end);
      return { type, text, offset: start };
    },
    hasAnswer: () => entries.length > answerFrom() || parts.length > 0,
    answerWasRead: () => sealed > answerFrom(),
    dropAnswer() {
      const from = answerFrom();
      entries.length = from;
      before.length = from;
      texts.text = new GrowingText();
      texts.reasoning = new GrowingText();
      objects = objectTexts();
      for (const list of [parts, citations, warnings, vectors]) list.length = 0;
      argumentEnds = new Map();
      finishReason = null;
      objectIsWhole = false;
      others = 0;
    },
    bytesFrom: (index) => (index >= entries.length ? 0 : bytes() - (before[index] ?? 0)),
    length: () => entries.length,
    bytes,
    completion() {
      const object = objectIsWhole ? objects.last() : null;
      const text = texts.text.slice(0, texts.text.length);
      const textOf = ({ type, start, end }: HeldDelta): string =>
        type === 'text' && end - start === text.length ? text : texts[type].slice(start, end);
      return {
        text,
        parts: parts.map((part) => {
          if (part.type === 'tool-call') return part;
          const opaque = part.type === 'reasoning' && part.opaque !== undefined ? { opaque: part.opaque } : {};
          return { type: part.type, text: textOf(part), ...opaque };
        }),
        object: object === null ? undefined : (JSON.parse(object) as unknown),
        finishReason,
        citations: [...citations],
        warnings: [...warnings],
        vectors: [...vectors],
      };
    },
    content: () => ({
      text: texts.text.slice(0, texts.text.length),
      reasoning: texts.reasoning.slice(0, texts.reasoning.length),
      entries: entries.map((entry) =>
        entry.type === 'object' ? { type: 'object', ...(objects.stages[entry.stage] ?? { shared: 0, rest: 'null' }) } : entry,
      ),
    }),
  };
}

/** Completions that were stored before deltas of tool calls had an offset get them here. */
function heldEntries(entries: readonly Entry[]): HeldEntry[] {
  let stage = 0;
  const ends = new Map<string, number>();
  return entries.map((entry) => {
    if (entry.type === 'object') return { type: 'object', stage: stage++ };
    if (entry.type === 'tool-call') ends.delete(entry.call.id);
    if (entry.type !== 'tool-call-delta') return entry;
    const offset = ends.get(entry.callId) ?? 0;
    ends.set(entry.callId, offset + entry.argumentsText.length);
    return { ...entry, offset };
  });
}

const isDelta = (entry: HeldEntry): entry is HeldDelta => entry.type === 'text' || entry.type === 'reasoning';

/** What a reader gets for a logged event: the first shows the run as it began, the last as it ended. */
export function bodyAt(logged: LoggedEvent, started: RunState, ended: () => RunState): RunEventBody {
  if (logged.type === 'started') return { type: 'started', state: started };
  if (logged.type !== 'finished' && logged.type !== 'failed') return logged;
  const state = ended();
  return state.failure === null ? { type: 'finished', state } : { type: 'failed', state, failure: state.failure };
}
