/** Turns messages as callers write them into messages as providers read them. */
import type { ContentPart, Message } from '../../core/request/request.ts';
import type { ContentPartInput, ImageInput, MessageInput, MessageRole } from '../generated.ts';
import { checkBase64, jsonObject, refuse } from '../refuse.ts';
import type { Services } from '../services.ts';

const roles: Readonly<Record<MessageRole, Message['role']>> = { SYSTEM: 'system', USER: 'user', ASSISTANT: 'assistant', TOOL: 'tool' };

/** Which parts a message of each role may have. */
const allowed: Readonly<Record<Message['role'], readonly ContentPart['type'][]>> = {
  system: ['text'],
  user: ['text', 'image', 'file'],
  assistant: ['text', 'reasoning', 'tool-call', 'image', 'file'],
  tool: ['tool-result'],
};

/** `field` is the place in the input that a refusal names. */
export function messagesOf(inputs: readonly MessageInput[], field: string, services: Pick<Services, 'refuseImageUrl'>): readonly Message[] {
  if (inputs.length === 0) refuse(`${field} is empty. It must have at least one message.`);
  const messages = inputs.map((input, index): Message => {
    const role = roles[input.role];
    const at = `${field}[${index}]`;
    if (input.content.length === 0) refuse(`${at}.content is empty. A message must have at least one part.`);
    const content = input.content.map((part) => partOf(part, at, services));
    const strange = content.find((part) => !allowed[role].includes(part.type));
    if (strange !== undefined)
      refuse(`${at} has a ${strange.type} part. A message of role ${input.role} may have: ${allowed[role].join(', ')}.`);
    return { role, content };
  });
  const asked = messages.some(
    ({ role, content }) => role !== 'system' && content.some((part) => part.type !== 'text' || part.text.trim() !== ''),
  );
  if (!asked) refuse(`${field} asks nothing. One message beside the system ones must have something in it.`);
  return messages;
}

function partOf(part: ContentPartInput, at: string, services: Pick<Services, 'refuseImageUrl'>): ContentPart {
  if (typeof part.text === 'string') return { type: 'text', text: part.text };
  if (part.image) return imageOf(part.image, at, services);
  if (part.file) {
    const { mediaType, base64, name } = part.file;
    checkBase64(`${at}: file.base64`, base64);
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)) refuse(`${at}: file.mediaType must be a media type, such as application/pdf.`);
    return { type: 'file', base64, mediaType, name: name ?? null };
  }
  if (part.toolCall) {
    const { id, name, opaque } = part.toolCall;
    const args = jsonObject(`${at}: toolCall.arguments`, part.toolCall.arguments, '{ "city": "Lyon" }');
    return { type: 'tool-call', id, name, arguments: args, ...opaqueOf(opaque) };
  }
  if (part.toolResult) {
    const { callId, content, isError } = part.toolResult;
    return { type: 'tool-result', callId, content, isError: isError ?? false };
  }
  if (part.reasoning) return { type: 'reasoning', text: part.reasoning.text, ...opaqueOf(part.reasoning.opaque) };
  return refuse(`${at} has an empty part. A part has exactly one of text, image, file, toolCall, toolResult, reasoning.`);
}

const opaqueOf = (opaque: string | null | undefined): { readonly opaque?: string } =>
  opaque === null || opaque === undefined ? {} : { opaque };

function imageOf(image: ImageInput, at: string, services: Pick<Services, 'refuseImageUrl'>): ContentPart {
  if (typeof image.url === 'string') {
    const reason = services.refuseImageUrl(image.url);
    if (reason !== null) refuse(reason);
    return { type: 'image', url: image.url };
  }
  const base64 = image.base64 ?? '';
  checkBase64(`${at}: image.base64`, base64);
  const mediaType = pictureTypes.find(([start]) => base64.startsWith(start))?.[1];
  if (mediaType === undefined) refuse(`${at}: image.base64 is no picture that models read. PNG, JPEG, GIF and WebP are accepted.`);
  return { type: 'image', base64, mediaType };
}

/** The first bytes of each format, in base64. */
const pictureTypes: readonly (readonly [string, string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
];
