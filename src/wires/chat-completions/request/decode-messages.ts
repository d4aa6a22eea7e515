/** Reads the messages of Chat Completions. Results that follow each other stand in one tool message. */
import type { ContentPart, Message } from '../../../core/request/request.ts';
import { isObject, type JsonObject, objectOf, parseJson, textOf } from '../../json-fields.ts';
import { inlineOf, isLeftOut, readFile, readImage } from '../../openai/body-fields.ts';
import { refusedPlace } from '../../openai/refusals.ts';
import { opaqueOfSignature, signatureIn } from '../call-signatures.ts';

/** Throws BAD_REQUEST, which names the place. Empty texts, and messages that are nothing else, are left out. */
export function decodeMessages(given: unknown): readonly Message[] {
  if (!Array.isArray(given)) throw refusedPlace('messages', 'must be a list of messages.');
  const messages: { readonly role: Message['role']; readonly content: ContentPart[] }[] = [];
  const callIds = new Set<string>();
  for (const [index, message] of (given as readonly unknown[]).entries()) {
    const { role, content } = decodeMessage(message, `messages[${index}]`, callIds);
    const last = messages.at(-1);
    if (content.length === 0) continue;
    if (role === 'tool' && last?.role === 'tool') last.content.push(...content);
    else messages.push({ role, content: [...content] });
  }
  if (messages.length === 0) throw refusedPlace('messages', 'must hold at least one message that says something.');
  return messages;
}

function decodeMessage(message: unknown, place: string, callIds: Set<string>): Message {
  if (!isObject(message)) throw refusedPlace(place, 'must be an object.');
  switch (message['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', content: textParts(message['content'], `${place}.content`) };
    case 'user':
      return { role: 'user', content: contentParts(message['content'], `${place}.content`, userPart) };
    case 'assistant':
      return { role: 'assistant', content: assistantParts(message, place, callIds) };
    case 'tool':
      return { role: 'tool', content: [toolResult(message, place, callIds)] };
    default:
      throw refusedPlace(`${place}.role`, 'must be system, developer, user, assistant or tool.');
  }
}

const textPart = (text: string): readonly ContentPart[] => (text === '' ? [] : [{ type: 'text', text }]);

function contentParts(
  content: unknown,
  place: string,
  read: (part: JsonObject, place: string) => readonly ContentPart[],
): readonly ContentPart[] {
  if (isLeftOut(content)) return [];
  if (typeof content === 'string') return textPart(content);
  if (!Array.isArray(content)) throw refusedPlace(place, 'must be a text or a list of parts.');
  return (content as readonly unknown[]).flatMap((part, index) => {
    if (!isObject(part)) throw refusedPlace(`${place}[${index}]`, 'must be an object.');
    return read(part, `${place}[${index}]`);
  });
}

const textParts = (content: unknown, place: string): readonly ContentPart[] =>
  contentParts(content, place, (part, at) => {
    const { type, text, refusal } = part as Readonly<Record<'type' | 'text' | 'refusal', unknown>>;
    const said = type === 'refusal' ? refusal : text;
    if (type !== 'text' && type !== 'refusal') throw refusedPlace(`${at}.type`, 'must be "text": a message of this role holds text.');
    if (typeof said !== 'string') throw refusedPlace(`${at}.${type}`, 'must be a text.');
    return textPart(said);
  });

function userPart(part: JsonObject, place: string): readonly ContentPart[] {
  const inside = (name: string): JsonObject => objectOf(part[name]);
  switch (part['type']) {
    case 'text':
      if (typeof part['text'] !== 'string') throw refusedPlace(`${place}.text`, 'must be a text.');
      return textPart(part['text']);
    case 'image_url': {
      const url = part['image_url'];
      return [readImage(textOf(isObject(url) ? url['url'] : url), `${place}.image_url.url`)];
    }
    case 'file': {
      const { file_data: data, filename } = inside('file') as Readonly<Record<'file_data' | 'filename', unknown>>;
      return [readFile(textOf(data), textOf(filename) || null, `${place}.file.file_data`)];
    }
    case 'video_url':
      return [readFile(textOf(inside('video_url')['url']), null, `${place}.video_url.url`)];
    case 'input_audio':
      return [audioPart(inside('input_audio'), `${place}.input_audio`)];
    default:
      throw refusedPlace(`${place}.type`, 'must be text, image_url, file, input_audio or video_url.');
  }
}

const audioTypes: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

function audioPart(audio: JsonObject, place: string): ContentPart {
  const format = textOf(audio['format']);
  const mediaType = Object.hasOwn(audioTypes, format) ? audioTypes[format] : undefined;
  if (mediaType === undefined) throw refusedPlace(`${place}.format`, 'must be wav or mp3.');
  const data = textOf(audio['data']);
  if (data === '') throw refusedPlace(`${place}.data`, 'must be base64.');
  return { type: 'file', base64: inlineOf(data)?.base64 ?? data, mediaType, name: null };
}

/** In the order in which they are written: reasoning, text, tool calls. */
function assistantParts(message: JsonObject, place: string, callIds: Set<string>): readonly ContentPart[] {
  for (const name of ['function_call', 'audio']) {
    if (!isLeftOut(message[name])) throw refusedPlace(`${place}.${name}`, 'is not accepted. Texts and `tool_calls` are.');
  }
  const { tool_calls: calls } = message as { readonly tool_calls?: unknown };
  if (!isLeftOut(calls) && !Array.isArray(calls)) throw refusedPlace(`${place}.tool_calls`, 'must be a list.');
  const reasoning = textOf(message['reasoning_content']) || textOf(message['reasoning']);
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning', text: reasoning } as const]),
    ...textParts(message['content'], `${place}.content`),
    ...textPart(textOf(message['refusal'])),
    ...((calls ?? []) as readonly unknown[]).map((call, index) => toolCall(call, `${place}.tool_calls[${index}]`, callIds)),
  ];
}

function toolCall(call: unknown, place: string, callIds: Set<string>): ContentPart {
  if (!isObject(call)) throw refusedPlace(place, 'must be an object.');
  const { type = 'function', id } = call as Readonly<Record<'type' | 'id', unknown>>;
  if (type !== 'function') throw refusedPlace(`${place}.type`, 'must be "function".');
  if (typeof id !== 'string' || id === '') throw refusedPlace(`${place}.id`, 'must be the id of the call.');
  const { name, arguments: given } = objectOf(call['function']) as Readonly<Record<'name' | 'arguments', unknown>>;
  if (typeof name !== 'string' || name === '') throw refusedPlace(`${place}.function.name`, 'must be the name of the tool.');
  if (!isLeftOut(given) && typeof given !== 'string') throw refusedPlace(`${place}.function.arguments`, 'must be a text.');
  callIds.add(id);
  // Arguments of a call that was cut off are not JSON: they pass as they are.
  const parsed = parseJson(given || '{}');
  const signature = signatureIn(call);
  return {
    type: 'tool-call',
    id,
    name,
    arguments: parsed === undefined ? given : parsed,
    ...(signature === '' ? {} : { opaque: opaqueOfSignature(signature) }),
  };
}

function toolResult(message: JsonObject, place: string, callIds: ReadonlySet<string>): ContentPart {
  const callId = textOf(message['tool_call_id']);
  if (!callIds.has(callId)) {
    throw refusedPlace(
      `${place}.tool_call_id`,
      'names no call of an earlier message. Send the assistant message with the call before its result.',
    );
  }
  const texts = textParts(message['content'], `${place}.content`).map((part) => (part.type === 'text' ? part.text : ''));
  return { type: 'tool-result', callId, content: texts.join('\n'), isError: false };
}
