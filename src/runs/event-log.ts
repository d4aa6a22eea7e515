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
import { type ObjectTexts, objectTexts, type Stage } from './object-texts.ts';
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

const nothingYet: LogContent = { text: '', reasoning: '', entries: [] };

export const runLog = (maxBytes: number, from: LogContent = nothingYet): RunLog => new LogOfRun(maxBytes, from);

/** A class, since a thousand runs may be silent at once: its methods are made once, and closures would weigh more than what is said. */
class LogOfRun implements RunLog {
  readonly #maxBytes: number;
  readonly #text: { text: GrowingText; reasoning: GrowingText };
  readonly #entries: HeldEntry[];
  /** Bytes before each entry. */
  readonly #before: number[];
  readonly #parts: HeldPart[] = [];
  readonly #citations: Completion['citations'][number][] = [];
  readonly #warnings: string[] = [];
  readonly #vectors: Float32Array[] = [];
  /** Null: no object has come. */
  #objects: ObjectTexts | null;
  /** By call: the length of its arguments so far. Null: no call has come. */
  #argumentEnds: Map<string, number> | null = null;
  #sealed: number;
  #finishReason: FinishReason | null = null;
  #objectIsWhole = false;
  /** Bytes of tool calls, citations, warnings and opaque parts, which are kept as they came. */
  #others = 0;

  constructor(maxBytes: number, { text, reasoning, entries }: LogContent) {
    const stages = entries.filter((entry) => entry.type === 'object');
    this.#maxBytes = maxBytes;
    this.#text = { text: new GrowingText(text), reasoning: new GrowingText(reasoning) };
    this.#objects = stages.length === 0 ? null : objectTexts(stages);
    this.#entries = heldEntries(entries);
    this.#before = this.#entries.map(() => 0);
    this.#sealed = this.#entries.length;
  }

  add(chunk: Chunk): void {
    const size = keptBytes(chunk);
    this.#refuseBeyond(size);
    if (chunk.type !== 'text' && chunk.type !== 'reasoning') this.#others += size;
    switch (chunk.type) {
      case 'text':
        this.#addText(chunk);
        break;
      case 'reasoning':
        this.#others += chunk.opaque === undefined ? 0 : textBytes(chunk.opaque);
        this.#addText(chunk);
        break;
      case 'tool-call':
        if (chunk.done) this.#addToolCall(toolCallPart(chunk));
        else this.#addToolCallDelta(chunk);
        break;
      case 'object':
        this.#addObject(chunk.value, chunk.final);
        break;
      case 'citation':
        this.#citations.push(chunk.citation);
        this.#append({ type: 'citation', citation: chunk.citation });
        break;
      case 'warning':
        this.#warnings.push(chunk.message);
        break;
      case 'embedding':
        this.#vectors[chunk.index] = chunk.vector;
        break;
      case 'finish':
        this.#finishReason = chunk.reason;
    }
  }

  mark(type: Mark['type']): void {
    this.#append({ type });
  }

  read(index: number): LoggedEvent | null {
    const entry = this.#entries[index];
    if (entry === undefined) return null;
    this.#sealed = Math.max(this.#sealed, index + 1);
    if (entry.type === 'object') return { type: 'object', object: JSON.parse(this.#objects?.at(entry.stage) ?? 'null') as unknown };
    if (!isDelta(entry)) return entry;
    const { type, start, end } = entry;
    return { type, text: this.#text[type].slice(start, end), offset: start };
  }

  hasAnswer(): boolean {
    return this.#entries.length > this.#answerFrom() || this.#parts.length > 0;
  }

  answerWasRead(): boolean {
    return this.#sealed > this.#answerFrom();
  }

  dropAnswer(): void {
    const from = this.#answerFrom();
    this.#entries.length = from;
    this.#before.length = from;
    this.#text.text = new GrowingText();
    this.#text.reasoning = new GrowingText();
    this.#objects = null;
    for (const list of [this.#parts, this.#citations, this.#warnings, this.#vectors]) list.length = 0;
    this.#argumentEnds = null;
    this.#finishReason = null;
    this.#objectIsWhole = false;
    this.#others = 0;
  }

  bytesFrom(index: number): number {
    return index >= this.#entries.length ? 0 : this.#saidBytes() - (this.#before[index] ?? 0);
  }

  length(): number {
    return this.#entries.length;
  }

  bytes(): number {
    return this.#saidBytes() + (this.#objects?.foundBytes() ?? 0);
  }

  /** Without what is kept for readers: one who reads anew makes no other's unread part larger. */
  #saidBytes(): number {
    const texts = this.#text.text.bytes + this.#text.reasoning.bytes + (this.#objects?.bytes() ?? 0);
    return this.#entries.length * entryBytes + this.#parts.length * partBytes + texts + this.#others;
  }

  completion(): Completion {
    const object = this.#objectIsWhole ? (this.#objects?.last() ?? null) : null;
    const text = this.#text.text.slice(0, this.#text.text.length);
    const textOf = ({ type, start, end }: HeldDelta): string =>
      type === 'text' && end - start === text.length ? text : this.#text[type].slice(start, end);
    return {
      text,
      parts: this.#parts.map((part) => {
        if (part.type === 'tool-call') return part;
        const opaque = part.type === 'reasoning' && part.opaque !== undefined ? { opaque: part.opaque } : {};
        return { type: part.type, text: textOf(part), ...opaque };
      }),
      object: object === null ? undefined : (JSON.parse(object) as unknown),
      finishReason: this.#finishReason,
      citations: [...this.#citations],
      warnings: [...this.#warnings],
      vectors: [...this.#vectors],
    };
  }

  content(): LogContent {
    const { text, reasoning } = this.#text;
    return {
      text: text.slice(0, text.length),
      reasoning: reasoning.slice(0, reasoning.length),
      entries: this.#entries.map((entry) =>
        entry.type === 'object' ? { type: 'object', ...(this.#objects?.stages[entry.stage] ?? { shared: 0, rest: 'null' }) } : entry,
      ),
    };
  }

  #refuseBeyond(size: number): void {
    if (this.bytes() + size <= this.#maxBytes) return;
    throw new GatewayError(
      'MODEL_UNAVAILABLE',
      `The answer outgrew ${this.#maxBytes} bytes and was stopped. Ask with a smaller maxOutputTokens.`,
      {
        phase: 'mid-stream',
        retryable: false,
      },
    );
  }

  #append(entry: HeldEntry): void {
    this.#before.push(this.#saidBytes());
    this.#entries.push(entry);
  }

  #unread(): HeldEntry | undefined {
    return this.#sealed < this.#entries.length ? this.#entries.at(-1) : undefined;
  }

  #addText(chunk: Extract<Chunk, { type: 'text' | 'reasoning' }>): void {
    const { type, text } = chunk;
    const start = this.#text[type].length;
    const end = start + text.length;
    const last = this.#unread();
    if (last?.type === type) last.end = end;
    else if (text !== '') this.#append({ type, start, end });
    this.#text[type].add(text);
    this.#addPart(chunk, start, end);
  }

  /** As `withChunk` of `core/chunk.ts` does it. */
  #addPart(chunk: Extract<Chunk, { type: 'text' | 'reasoning' }>, start: number, end: number): void {
    const last = this.#parts.at(-1);
    if (last?.type === 'text' && chunk.type === 'text') last.end = end;
    else if (last?.type === 'reasoning' && chunk.type === 'reasoning' && last.opaque === undefined) {
      last.end = end;
      if (chunk.opaque !== undefined) last.opaque = chunk.opaque;
    } else if (chunk.type === 'text') this.#parts.push({ type: 'text', start, end });
    else this.#parts.push({ type: 'reasoning', start, end, ...(chunk.opaque === undefined ? {} : { opaque: chunk.opaque }) });
  }

  #addObject(value: unknown, final: boolean): void {
    const text = JSON.stringify(value);
    this.#refuseBeyond(lettersBytes(text));
    this.#objectIsWhole ||= final;
    this.#objects ??= objectTexts();
    if (text === this.#objects.last()) return;
    if (this.#unread()?.type === 'object') {
      this.#objects.replaceLast(text);
      return;
    }
    this.#append({ type: 'object', stage: this.#objects.stages.length });
    this.#objects.add(text);
  }

  #addToolCall(call: ReturnType<typeof toolCallPart>): void {
    this.#argumentEnds?.delete(call.id);
    this.#parts.push(call);
    this.#append({ type: 'tool-call', call });
  }

  #addToolCallDelta({ id, name, argumentsText }: Extract<Chunk, { type: 'tool-call' }>): void {
    const last = this.#unread();
    this.#argumentEnds ??= new Map();
    const offset = this.#argumentEnds.get(id) ?? 0;
    this.#argumentEnds.set(id, offset + argumentsText.length);
    if (last?.type !== 'tool-call-delta' || last.callId !== id) {
      this.#others += textBytes(id) + textBytes(name);
      this.#append({ type: 'tool-call-delta', callId: id, name, argumentsText, offset });
      return;
    }
    this.#entries[this.#entries.length - 1] = { ...last, argumentsText: last.argumentsText + argumentsText };
  }

  /** Where the answer begins: behind the event that says that the run has started. */
  #answerFrom(): number {
    return this.#entries[0]?.type === 'started' ? 1 : 0;
  }
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
