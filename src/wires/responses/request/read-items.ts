/**
 * Reads input items as messages. What a model made stands in one assistant message, in order; results that follow each other stand in one
 * tool message.
 */
import type { ContentPart, Message } from '../../../core/request/request.ts';
import { isObject, type JsonObject, listOf, parseJson, textOf } from '../../json-fields.ts';
import { opaqueOf, textOpaqueOf } from '../../opaque-parts.ts';
import { readFile, readImage } from '../../openai/body-fields.ts';
import { refusedPlace } from '../../openai/refusals.ts';
import { openaiOpaque } from '../opaque-fields.ts';

/** Throws BAD_REQUEST, which names the place. Empty texts, and messages that are nothing else, are left out. */
export function readItems(input: unknown): readonly Message[] {
  if (typeof input === 'string') return input === '' ? [] : [{ role: 'user', content: [{ type: 'text', text: input }] }];
  if (!Array.isArray(input)) throw refusedPlace('input', 'must be a text or a list of items.');
  const messages: { role: Message['role']; content: ContentPart[] }[] = [];
  const callIds = new Set<string>();
  for (const [index, item] of (input as readonly unknown[]).entries()) {
    const { role, content } = readItem(item, `input[${index}]`, callIds);
    const last = messages.at(-1);
    if (content.length === 0) continue;
    if (last !== undefined && last.role === role && (role === 'assistant' || role === 'tool')) last.content.push(...content);
    else messages.push({ role, content: [...content] });
  }
  return messages;
}

const roles: Readonly<Record<string, Message['role']>> = { user: 'user', assistant: 'assistant', system: 'system', developer: 'system' };
const ownName = /^[\w-]{1,64}$/;

function readItem(item: unknown, place: string, callIds: Set<string>): Message {
  if (!isObject(item)) throw refusedPlace(place, 'must be an object.');
  const type = textOf(item['type']);
  switch (type || 'message') {
    case 'message':
      return readMessage(item, place);
    case 'reasoning':
      return { role: 'assistant', content: readReasoning(item) };
    case 'function_call':
      return { role: 'assistant', content: [readCall(item, place, callIds)] };
    case 'function_call_output':
      return { role: 'tool', content: [readResult(item, place, callIds)] };
    case 'item_reference':
      throw refusedPlace(place, 'refers to an item that is not stored here. Send the item itself.');
    default: {
      const name = ownName.test(type) ? ` "${type}"` : '';
      throw refusedPlace(`${place}.type`, `cannot be${name}. Accepted are message, reasoning, function_call and function_call_output.`);
    }
  }
}

function readMessage(item: JsonObject, place: string): Message {
  const given = item['role'];
  const role = typeof given === 'string' && Object.hasOwn(roles, given) ? roles[given] : undefined;
  if (role === undefined) throw refusedPlace(`${place}.role`, 'must be user, assistant, system or developer.');
  const content = readContent(item['content'], role, `${place}.content`);
  const phase = textOf(item['phase']);
  const opaque = phase === '' || role !== 'assistant' ? undefined : textOpaqueOf({ openai: { phase } }, openaiOpaque);
  return { role, content: opaque === undefined || content.length === 0 ? content : [...content, { type: 'reasoning', text: '', opaque }] };
}

function readContent(content: unknown, role: Message['role'], place: string): readonly ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (content === null || content === undefined) return [];
  if (!Array.isArray(content)) throw refusedPlace(place, 'must be a text or a list of parts.');
  return (content as readonly unknown[]).flatMap((part, index) => readPart(part, role, `${place}[${index}]`));
}

function readPart(part: unknown, role: Message['role'], place: string): readonly ContentPart[] {
  if (!isObject(part)) throw refusedPlace(place, 'must be an object.');
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'refusal': {
      const text = textOf(part['text']) || textOf(part['refusal']);
      return text === '' ? [] : [{ type: 'text', text }];
    }
    case 'input_image':
      if (role === 'user') return [readImage(imageUrlOf(part['image_url']), `${place}.image_url`)];
      break;
    case 'input_file':
      if (role === 'user') return [readFile(textOf(part['file_data']), textOf(part['filename']) || null, `${place}.file_data`)];
      break;
  }
  const accepted =
    role === 'user' ? 'input_text, input_image and input_file' : role === 'assistant' ? 'output_text and refusal' : 'input_text';
  throw refusedPlace(`${place}.type`, `is none that a message of this role may hold. Accepted: ${accepted}.`);
}

const imageUrlOf = (given: unknown): string => textOf(isObject(given) ? given['url'] : given);

/**
 * The encrypted text is an opaque part of ours, as it was handed out, or OpenAI's own, which goes back with the id of its item. Without
 * one the reasoning is only words.
 */
function readReasoning(item: JsonObject): readonly ContentPart[] {
  const words = (list: unknown): string[] =>
    listOf(list)
      .map((part) => textOf((isObject(part) ? part : {})['text']))
      .filter((text) => text !== '');
  const summary = words(item['summary']);
  const texts = summary.length > 0 ? summary : words(item['content']);
  const encrypted = textOf(item['encrypted_content']);
  if (encrypted === '') return texts.map((text) => ({ type: 'reasoning', text }));
  if (isObject(parseJson(encrypted))) return [{ type: 'reasoning', text: texts.join('\n\n'), opaque: encrypted }];
  const itemId = textOf(item['id']) || undefined;
  const begins = opaqueOf({ openai: { itemId } }, openaiOpaque);
  const ends = opaqueOf({ openai: { itemId, reasoningEncryptedContent: encrypted } }, openaiOpaque);
  return (texts.length === 0 ? [''] : texts).map((text, index, all) => {
    const opaque = index === all.length - 1 ? ends : begins;
    return { type: 'reasoning', text, ...(opaque === undefined ? {} : { opaque }) };
  });
}

function readCall(item: JsonObject, place: string, callIds: Set<string>): ContentPart {
  const id = textOf(item['call_id']);
  const name = textOf(item['name']);
  if (id === '') throw refusedPlace(`${place}.call_id`, 'must be the id of the call.');
  if (name === '') throw refusedPlace(`${place}.name`, 'must be the name of the tool.');
  const given = item['arguments'];
  callIds.add(id);
  if (given !== undefined && typeof given !== 'string') throw refusedPlace(`${place}.arguments`, 'must be a text.');
  // A call that was cut off has arguments that are not JSON: they pass as they are.
  const parsed = parseJson(given === undefined || given === '' ? '{}' : given);
  return { type: 'tool-call', id, name, arguments: parsed === undefined ? given : parsed };
}

function readResult(item: JsonObject, place: string, callIds: ReadonlySet<string>): ContentPart {
  const callId = textOf(item['call_id']);
  if (!callIds.has(callId)) throw refusedPlace(`${place}.call_id`, 'names no earlier function_call. Send the call before its output.');
  const output = item['output'];
  if (typeof output === 'string') return { type: 'tool-result', callId, content: output, isError: false };
  if (!Array.isArray(output)) throw refusedPlace(`${place}.output`, 'must be a text or a list of input_text parts.');
  const texts = (output as readonly unknown[]).map((part, index) => {
    if (!isObject(part) || typeof part['text'] !== 'string') throw refusedPlace(`${place}.output[${index}]`, 'must be an input_text part.');
    return part['text'];
  });
  return { type: 'tool-result', callId, content: texts.join('\n'), isError: false };
}
