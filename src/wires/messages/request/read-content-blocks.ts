/** Reads messages and their blocks. Results that stand in one message with other blocks become a message of their own before these. */
import type { ContentPart, Message } from '../../../core/request/request.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../../json-fields.ts';
import { refusedPlace } from '../../refused-part.ts';
import { opaqueOfThinking, unwrappedPart } from '../kept-parts.ts';

/** Throws BAD_REQUEST, which names the place. Empty texts, and messages that are nothing else, are left out. */
export function readBlocks(messages: unknown): readonly Message[] {
  if (!Array.isArray(messages) || messages.length === 0) throw refusedPlace('messages', 'must be a list with at least one message.');
  const callIds = new Set<string>();
  return (messages as readonly unknown[]).flatMap((message, index) => readMessage(message, `messages[${index}]`, callIds));
}

function readMessage(message: unknown, place: string, callIds: Set<string>): readonly Message[] {
  if (!isObject(message)) throw refusedPlace(place, 'must be an object.');
  const blocks = blocksOf(message['content'], `${place}.content`);
  switch (message['role']) {
    case 'user':
      return userMessages(blocks, callIds);
    case 'assistant':
      return messageOf('assistant', assistantParts(blocks, callIds));
    case 'system':
      return messageOf('system', blocks.flatMap(systemPart));
    default:
      throw refusedPlace(`${place}.role`, 'must be user, assistant or system.');
  }
}

/** A message a block: so requests are written. */
export function readSystem(system: unknown): readonly Message[] {
  if (system === undefined || system === null) return [];
  return blocksOf(system, 'system').flatMap((block) => messageOf('system', systemPart(block)));
}

const messageOf = (role: Message['role'], content: readonly ContentPart[]): readonly Message[] =>
  content.length === 0 ? [] : [{ role, content }];

interface Block {
  readonly block: JsonObject;
  readonly type: string;
  readonly place: string;
}

function blocksOf(content: unknown, place: string): readonly Block[] {
  if (typeof content === 'string') return [{ block: { text: content }, type: 'text', place }];
  if (!Array.isArray(content)) throw refusedPlace(place, 'must be a text or a list of blocks.');
  return (content as readonly unknown[]).map((block, index) => {
    if (!isObject(block)) throw refusedPlace(`${place}[${index}]`, 'must be an object.');
    return { block, type: textOf(block['type']), place: `${place}[${index}]` };
  });
}

const refusedBlock = ({ place }: Block, accepted: string) =>
  refusedPlace(`${place}.type`, `is none that a message of this role may hold here. Accepted: ${accepted}.`);

function textPart({ block, place }: Block): readonly ContentPart[] {
  const { text } = block as { readonly text?: unknown };
  if (typeof text !== 'string') throw refusedPlace(`${place}.text`, 'must be a text.');
  return text === '' ? [] : [{ type: 'text', text }];
}

function systemPart(block: Block): readonly ContentPart[] {
  if (block.type !== 'text') throw refusedBlock(block, 'text');
  return textPart(block);
}

function userMessages(blocks: readonly Block[], callIds: ReadonlySet<string>): readonly Message[] {
  const results: ContentPart[] = [];
  /** Images and files that are the result of a tool: they stand behind the results. */
  const shown: ContentPart[] = [];
  const others: ContentPart[] = [];
  for (const block of blocks) {
    if (block.type !== 'tool_result') others.push(...userPart(block));
    else results.push(readResult(block, callIds, shown));
  }
  return [...messageOf('tool', results), ...messageOf('user', [...shown, ...others])];
}

function userPart(block: Block): readonly ContentPart[] {
  switch (block.type) {
    case 'text':
      return textPart(block);
    case 'image':
      return [imagePart(block)];
    case 'document':
      return [documentPart(block)];
    default:
      throw refusedBlock(block, 'text, image, document and tool_result');
  }
}

const notKept = 'Files are not kept here, so that no id names one.';

function imagePart({ block, place }: Block): ContentPart {
  const { type, media_type: mediaType, data, url } = objectOf(block['source']) as Readonly<Record<string, unknown>>;
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string') return { type: 'image', base64: data, mediaType };
  if (type === 'url' && typeof url === 'string' && /^https?:\/\//i.test(url)) return { type: 'image', url };
  throw refusedPlace(`${place}.source`, `must be base64 with its media_type, or an http URL. ${notKept}`);
}

function documentPart({ block, place }: Block): ContentPart {
  const { citations, context } = block as { readonly citations?: unknown; readonly context?: unknown };
  if (objectOf(citations)['enabled'] === true) throw refusedPlace(`${place}.citations`, 'cannot be enabled: answers here cite nothing.');
  if (textOf(context) !== '') throw refusedPlace(`${place}.context`, 'is not supported. Send it as a text.');
  const { type, media_type: mediaType, data } = objectOf(block['source']) as Readonly<Record<string, unknown>>;
  const name = textOf(block['title']) || null;
  if (typeof data === 'string') {
    if (type === 'base64' && typeof mediaType === 'string') return { type: 'file', base64: data, mediaType, name };
    if (type === 'text') return { type: 'file', base64: Buffer.from(data).toString('base64'), mediaType: 'text/plain', name };
  }
  throw refusedPlace(`${place}.source`, `must be base64 with its media_type, or text. ${notKept}`);
}

function readResult({ block, place }: Block, callIds: ReadonlySet<string>, shown: ContentPart[]): ContentPart {
  const callId = textOf(block['tool_use_id']);
  if (!callIds.has(callId)) throw refusedPlace(`${place}.tool_use_id`, 'names no earlier tool_use. Send the call before its result.');
  const isError = block['is_error'] === true;
  const { content } = block as { readonly content?: unknown };
  if (content === undefined || content === null) return { type: 'tool-result', callId, content: '', isError };
  const parts = blocksOf(content, `${place}.content`).flatMap(userPart);
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const beside = parts.filter(({ type }) => type !== 'text');
  shown.push(...beside);
  const text = texts.length === 0 && beside.length > 0 ? 'The result is the image or the file that follows.' : texts.join('\n');
  return { type: 'tool-result', callId, content: text, isError };
}

function assistantParts(blocks: readonly Block[], callIds: Set<string>): readonly ContentPart[] {
  const parts: ContentPart[] = [];
  for (const block of blocks) {
    const kept = block.type === 'redacted_thinking' ? unwrappedPart(textOf(block.block['data'])) : null;
    // What a vendor wants back with a call stands behind the call.
    const at = kept?.call === undefined ? -1 : parts.findLastIndex((part) => part.type === 'tool-call' && part.id === kept.call);
    const call = parts[at];
    if (kept !== null && call?.type === 'tool-call') parts[at] = { ...call, opaque: kept.opaque };
    else parts.push(...assistantPart(block, callIds));
  }
  return parts;
}

function assistantPart(given: Block, callIds: Set<string>): readonly ContentPart[] {
  const { block, type } = given;
  switch (type) {
    case 'text':
      return textPart(given);
    case 'thinking': {
      const signature = textOf(block['signature']);
      return reasoning(textOf(block['thinking']), unwrappedPart(signature)?.opaque ?? opaqueOfThinking({ signature }));
    }
    case 'redacted_thinking': {
      const redactedData = textOf(block['data']);
      return reasoning('', unwrappedPart(redactedData)?.opaque ?? opaqueOfThinking({ redactedData }));
    }
    case 'tool_use':
      return [readCall(given, callIds)];
    default:
      throw refusedBlock(given, 'text, thinking, redacted_thinking and tool_use');
  }
}

function reasoning(text: string, opaque: string | undefined): readonly ContentPart[] {
  if (opaque !== undefined) return [{ type: 'reasoning', text, opaque }];
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

function readCall({ block, place }: Block, callIds: Set<string>): ContentPart {
  const id = textOf(block['id']);
  const name = textOf(block['name']);
  if (id === '') throw refusedPlace(`${place}.id`, 'must be the id of the call.');
  if (name === '') throw refusedPlace(`${place}.name`, 'must be the name of the tool.');
  callIds.add(id);
  return { type: 'tool-call', id, name, arguments: block['input'] ?? {} };
}
