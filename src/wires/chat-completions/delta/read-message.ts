/** Reads what an answer says, in pieces (`delta`) or whole (`message`): both have the same fields. */
import type { Chunk } from '../../../core/chunk.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../json-fields.ts';
import { opaqueOf } from '../../opaque-parts.ts';
import type { ChatSettings } from '../chat-settings.ts';
import { splitThinkTags, type ThinkTags } from './think-tags.ts';
import { joinToolCalls, type ToolCallDeltas } from './tool-call-deltas.ts';

export interface MessageReader {
  take(piece: JsonObject): readonly Chunk[];
  /** Returns the text that was held back, and the whole tool calls. */
  end(): readonly Chunk[];
  readonly seen: Seen;
}

/** What the message has said so far. */
export interface Seen {
  /** Whether a text was said. */
  readonly text: boolean;
  readonly toolCall: boolean;
  /** Whether the model said why it does not answer. */
  readonly refusal: boolean;
}

const randomCallId = (): string => `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;

export const readMessage = (settings: ChatSettings): MessageReader => new ReadMessage(settings);

/** A class, since each answer has one: its methods are made once. */
class ReadMessage implements MessageReader {
  readonly seen = { text: false, toolCall: false, refusal: false };
  readonly #settings: ChatSettings;
  readonly #tags: ThinkTags | null;
  /** Null: no tool was called. */
  #calls: ToolCallDeltas | null = null;

  constructor(settings: ChatSettings) {
    this.#settings = settings;
    this.#tags = settings.thinkTags ? splitThinkTags() : null;
  }

  take({ content, refusal, function_call: legacyCall, reasoning_content: thought, reasoning, tool_calls: called }: JsonObject): Chunk[] {
    const chunks: Chunk[] = [];
    addText(chunks, 'reasoning', textOf(thought) || textOf(reasoning));
    if (typeof content === 'string') this.#addSaid(chunks, content);
    else if (Array.isArray(content)) for (const part of content) this.#addPart(chunks, part);
    else this.#addPart(chunks, content);
    const refused = textOf(refusal);
    if (refused !== '') {
      this.seen.refusal = true;
      this.seen.text = true;
      addText(chunks, 'text', refused);
    }
    if (isObject(legacyCall)) this.#addCalls(chunks, [{ index: 0, function: legacyCall }]);
    else if (called !== undefined) this.#addCalls(chunks, listOf(called).filter(isObject));
    return chunks;
  }

  end(): Chunk[] {
    const held = this.#tags?.end() ?? [];
    this.#note(held);
    return [...held, ...(this.#calls?.end() ?? [])];
  }

  #note(chunks: readonly Chunk[]): void {
    if (chunks.some((chunk) => chunk.type === 'text')) this.seen.text = true;
  }

  #addSaid(chunks: Chunk[], said: string): void {
    if (said === '') return;
    if (this.#tags === null) {
      this.seen.text = true;
      chunks.push({ type: 'text', text: said });
      return;
    }
    const taken = this.#tags.take(said);
    this.#note(taken);
    chunks.push(...taken);
  }

  /** Mistral and others send a list of parts. */
  #addPart(chunks: Chunk[], part: unknown): void {
    const fields: JsonObject = isObject(part) ? part : { text: part };
    const thought = fields['thinking'] ?? (fields['type'] === 'reasoning' ? fields['text'] : undefined);
    if (thought === undefined) this.#addSaid(chunks, textOf(fields['text']));
    else addText(chunks, 'reasoning', typeof thought === 'string' ? thought : joinedText(thought));
  }

  #addCalls(chunks: Chunk[], deltas: readonly JsonObject[]): void {
    if (deltas.length === 0) return;
    const { opaque, newCallId = randomCallId } = this.#settings;
    this.#calls ??= joinToolCalls(newCallId, (thoughtSignature) => opaqueOf({ [opaque.vendor]: { thoughtSignature } }, opaque));
    for (const delta of deltas) chunks.push(...this.#calls.take(delta));
    this.seen.toolCall = this.#calls.any();
  }
}

const joinedText = (parts: unknown): string =>
  listOf(parts)
    .map((part) => textOf(objectOf(part)['text']))
    .join('');

function addText(chunks: Chunk[], type: 'text' | 'reasoning', text: string): void {
  if (text !== '') chunks.push({ type, text });
}
