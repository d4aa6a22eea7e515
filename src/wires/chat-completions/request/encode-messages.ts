/** The messages of a request in the words of Chat Completions. Images are bytes here: the sender of the request has fetched them. */
import type { ContentPart, Message } from '../../../core/request/request.ts';
import type { JsonObject } from '../../json-fields.ts';
import { opaquePartOf } from '../../opaque-parts.ts';
import { fileWithoutForm, foreignOpaquePart, misplacedPart, resultWithoutCall } from '../../refused-part.ts';
import { signatureField } from '../call-signatures.ts';
import type { ChatSettings } from '../chat-settings.ts';

/** Throws BAD_REQUEST for parts that stand in the wrong message. Adds to the warnings. */
export function encodeMessages(messages: readonly Message[], settings: ChatSettings, warnings: Set<string>): readonly JsonObject[] {
  const calls = new Set<string>();
  return messages.flatMap((message) => encodeMessage(message, calls, settings, warnings));
}

function encodeMessage(
  { role, content }: Message,
  calls: Set<string>,
  settings: ChatSettings,
  warnings: Set<string>,
): readonly JsonObject[] {
  switch (role) {
    case 'system':
      if (settings.systemRole === null) {
        warnings.add('The model takes no system messages; they were left out.');
        return [];
      }
      return withContent(settings.systemRole, content.map(systemText).join('\n'));
    case 'user':
      return withContent(role, userContent(content));
    case 'assistant':
      for (const part of content) if (part.type === 'tool-call') calls.add(part.id);
      return assistantMessage(content, settings, warnings);
    case 'tool':
      return content.map((part) => toolMessage(part, calls, settings));
  }
}

/** Servers refuse messages that are empty: they are left out. */
const withContent = (role: string, content: string | readonly JsonObject[]): readonly JsonObject[] =>
  content.length === 0 ? [] : [{ role, content }];

function systemText(part: ContentPart): string {
  if (part.type !== 'text') throw misplacedPart(part, 'system', 'text');
  return part.text;
}

/** A single text stands alone, since some servers read nothing else. Empty texts are left out beside other parts. */
function userContent(content: readonly ContentPart[]): string | readonly JsonObject[] {
  const parts = content.filter((part) => part.type !== 'text' || part.text !== '');
  const [only = { type: 'text', text: '' } as const, ...others] = parts;
  if (only.type === 'text' && others.length === 0) return only.text;
  return parts.map(userPart);
}

function userPart(part: ContentPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: { url: 'url' in part ? part.url : dataUrl(part) } };
    case 'file':
      return filePart(part);
    default:
      throw misplacedPart(part, 'user', 'text, images and files');
  }
}

type FilePart = Extract<ContentPart, { type: 'file' }>;

const audioFormats: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/mp3', 'mp3'],
  ['audio/mpeg', 'mp3'],
]);

function filePart(part: FilePart): JsonObject {
  const { mediaType, base64, name } = part;
  const format = audioFormats.get(mediaType);
  if (format !== undefined) return { type: 'input_audio', input_audio: { data: base64, format } };
  if (mediaType === 'application/pdf') {
    return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: dataUrl(part) } };
  }
  switch (mediaType.split('/')[0]) {
    case 'image':
      return { type: 'image_url', image_url: { url: dataUrl(part) } };
    case 'video':
      return { type: 'video_url', video_url: { url: dataUrl(part) } };
    case 'text':
      return { type: 'text', text: Buffer.from(base64, 'base64').toString('utf8') };
    default:
      throw fileWithoutForm(mediaType, 'PDF, WAV, MP3, images, video and text');
  }
}

const dataUrl = ({ mediaType, base64 }: { readonly mediaType: string; readonly base64: string }): string =>
  `data:${mediaType};base64,${base64}`;

function assistantMessage(
  content: readonly ContentPart[],
  { opaque, reasoningField }: ChatSettings,
  warnings: Set<string>,
): readonly JsonObject[] {
  let text = '';
  let reasoning = '';
  const calls: JsonObject[] = [];
  for (const part of content) {
    const kept = 'opaque' in part && part.opaque !== undefined ? opaquePartOf(part.opaque, opaque) : undefined;
    if (kept === null) warnings.add(foreignOpaquePart);
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') reasoning += part.text;
    else if (part.type === 'tool-call') calls.push(toolCall(part, kept?.metadata[opaque.vendor]?.['thoughtSignature']));
    else throw misplacedPart(part, 'assistant', 'text, reasoning and tool calls');
  }
  const thought = reasoning === '' || reasoningField === null ? {} : { [reasoningField]: reasoning };
  if (text === '' && calls.length === 0 && Object.keys(thought).length === 0) return [];
  return [
    {
      role: 'assistant',
      content: calls.length > 0 && text === '' ? null : text,
      ...thought,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

type ToolCallPart = Extract<ContentPart, { type: 'tool-call' }>;

/** Gemini behind Chat Completions wants its signature back with the call. */
function toolCall({ id, name, arguments: given }: ToolCallPart, signature: string | undefined): JsonObject {
  return {
    id,
    type: 'function',
    function: { name, arguments: argumentsText(given) },
    ...(signature === undefined ? {} : signatureField(signature)),
  };
}

/** Arguments that are text are what a model wrote and nobody could parse: they go back as they are. */
function argumentsText(given: unknown): string {
  if (typeof given === 'string') return given === '' ? '{}' : given;
  return JSON.stringify(given ?? {});
}

function toolMessage(part: ContentPart, calls: ReadonlySet<string>, { wrapsErrors }: ChatSettings): JsonObject {
  if (part.type !== 'tool-result') throw misplacedPart(part, 'tool', 'tool results');
  const { callId, content, isError } = part;
  if (!calls.has(callId)) throw resultWithoutCall(callId);
  const told = isError && wrapsErrors ? { error: content } : content;
  return { role: 'tool', tool_call_id: callId, content: typeof told === 'string' ? told : JSON.stringify(told ?? null) };
}
