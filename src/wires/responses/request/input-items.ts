/** The messages of a request as input items of the Responses API. */
import type { CompletionRequest, ContentPart, Message } from '../../../core/request/request.ts';
import type { JsonObject } from '../../json-fields.ts';
import { opaquePartOf } from '../../opaque-parts.ts';
import { fileWithoutForm, foreignOpaquePart, misplacedPart, resultWithoutCall } from '../../refused-part.ts';
import { openaiOpaque } from '../opaque-fields.ts';

export interface InputSettings {
  /** `remove` leaves system messages out. */
  readonly systemRole: 'system' | 'developer' | 'remove';
  /** The vendor has kept what it made: its items are named by id. */
  readonly stored: boolean;
  /** The vendor adds the items of an earlier turn by itself. */
  readonly continues: 'none' | 'response' | 'conversation';
  /** Files that are neither images nor PDF. */
  readonly allFiles: boolean;
  readonly warn: (message: string) => void;
}

/** Throws BAD_REQUEST for parts that stand in the wrong message. Empty texts, and messages that are nothing else, are left out. */
export function inputItems({ messages }: CompletionRequest, settings: InputSettings): JsonObject[] {
  const callIds = new Set<string>();
  return messages.flatMap((message) => itemsOf(message, settings, callIds));
}

function itemsOf({ role, content }: Message, settings: InputSettings, callIds: Set<string>): readonly JsonObject[] {
  switch (role) {
    case 'system':
      return systemItems(content, settings);
    case 'user':
      return userItems(content, settings);
    case 'assistant':
      for (const part of content) if (part.type === 'tool-call') callIds.add(part.id);
      return assistantItems(content, settings);
    case 'tool':
      return content.map((part) => toolItem(part, callIds));
  }
}

function systemItems(content: Message['content'], { systemRole, warn }: InputSettings): JsonObject[] {
  const texts = content.map((part) => {
    if (part.type !== 'text') throw misplacedPart(part, 'system', 'text');
    return part.text;
  });
  const text = texts.join('\n');
  if (text === '') return [];
  if (systemRole !== 'remove') return [{ role: systemRole, content: text }];
  warn('The model takes no system messages; they were left out.');
  return [];
}

function userItems(content: Message['content'], settings: InputSettings): JsonObject[] {
  const parts = content.flatMap((part, index) => userPart(part, index, settings));
  return parts.length === 0 ? [] : [{ role: 'user', content: parts }];
}

function userPart(part: ContentPart, index: number, { allFiles }: InputSettings): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'input_text', text: part.text }];
    case 'image':
      return [{ type: 'input_image', image_url: 'url' in part ? part.url : dataUrl(part) }];
    case 'file': {
      if (part.mediaType.startsWith('image/')) return [{ type: 'input_image', image_url: dataUrl(part) }];
      const isPdf = part.mediaType === 'application/pdf';
      if (!isPdf && !allFiles) throw fileWithoutForm(part.mediaType, 'images and PDF');
      return [{ type: 'input_file', filename: part.name ?? `part-${index}${isPdf ? '.pdf' : ''}`, file_data: dataUrl(part) }];
    }
    default:
      throw misplacedPart(part, 'user', 'text, images and files');
  }
}

const dataUrl = ({ mediaType, base64 }: { readonly mediaType: string; readonly base64: string }): string =>
  `data:${mediaType};base64,${base64}`;

type Item = Record<string, unknown>;

function assistantItems(content: Message['content'], { stored, continues, warn }: InputSettings): Item[] {
  const items: Item[] = [];
  const summaries = new Map<string, { readonly item: Item; readonly summary: JsonObject[] }>();
  /** The message that text was put into last, while nothing has come behind it. */
  let said: Item | null = null;

  const reason = (text: string, { itemId: id, reasoningEncryptedContent: encrypted }: Readonly<Record<string, string>>): void => {
    if (id !== undefined && continues !== 'none') return;
    const begun = id === undefined ? undefined : summaries.get(id);
    const { item, summary } = begun ?? newReasoning(id, stored);
    if (begun === undefined) items.push(item);
    if (begun === undefined && id !== undefined) summaries.set(id, { item, summary });
    if (item['type'] === 'item_reference') return;
    if (text !== '') summary.push({ type: 'summary_text', text });
    // It comes with the last part of the summary.
    if (encrypted !== undefined) item['encrypted_content'] = encrypted;
  };

  for (const part of content) {
    const kept = 'opaque' in part && part.opaque !== undefined ? opaquePartOf(part.opaque, openaiOpaque) : undefined;
    if (kept === null) warn(foreignOpaquePart);
    const fields = kept?.metadata['openai'] ?? {};
    switch (part.type) {
      case 'text':
        said = part.text === '' ? null : { role: 'assistant', content: part.text };
        if (said !== null) items.push(said);
        continue;
      case 'reasoning':
        if (kept?.of === 'text') {
          if (said !== null) said['phase'] = fields['phase'];
        } else if (kept) reason(part.text, fields);
        else if (part.text !== '' && kept === undefined) warn('Reasoning in the history that this provider did not make was left out.');
        break;
      case 'tool-call': {
        const { itemId } = fields;
        if (itemId !== undefined && continues === 'conversation') break;
        if (itemId !== undefined && stored) items.push({ type: 'item_reference', id: itemId });
        else items.push({ type: 'function_call', call_id: part.id, name: part.name, arguments: argumentsText(part.arguments) });
        break;
      }
      default:
        throw misplacedPart(part, 'assistant', 'text, reasoning and tool calls');
    }
    said = null;
  }
  return items;
}

function newReasoning(id: string | undefined, stored: boolean): { readonly item: Item; readonly summary: JsonObject[] } {
  const summary: JsonObject[] = [];
  if (id === undefined) return { item: { type: 'reasoning', summary }, summary };
  return { item: stored ? { type: 'item_reference', id } : { type: 'reasoning', id, summary }, summary };
}

/** Arguments that are text are what the model wrote. */
const argumentsText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '{}'));

function toolItem(part: ContentPart, callIds: ReadonlySet<string>): JsonObject {
  if (part.type !== 'tool-result') throw misplacedPart(part, 'tool', 'tool results');
  if (!callIds.has(part.callId)) throw resultWithoutCall(part.callId);
  const told = part.isError ? { error: part.content } : part.content;
  return { type: 'function_call_output', call_id: part.callId, output: typeof told === 'string' ? told : (JSON.stringify(told) ?? 'null') };
}
