/**
 * Writes the messages of a request as Gemini's `contents`. Empty texts are left out, and so are messages that are empty then: Gemini
 * refuses both.
 */
import { GatewayError } from '../../../core/errors.ts';
import type { ContentPart, Message } from '../../../core/request/request.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';
import { argsOf } from '../parts/call-arguments.ts';
import { lostSignature, signatureIn } from '../parts/signatures.ts';
import { isGemini3, isGemma } from './model-family.ts';

export interface Contents {
  readonly contents: readonly JsonObject[];
  /** Null when there is none. */
  readonly systemInstruction: JsonObject | null;
  readonly warnings: readonly string[];
}

/** Throws BAD_REQUEST for a history that does not hang together. */
export function encodeContents(messages: readonly Message[], model: string): Contents {
  const system: string[] = [];
  const contents: { readonly role: string; readonly from: Message['role']; readonly parts: JsonObject[] }[] = [];
  const warnings = new Set<string>();
  const toolNames = new Map<string, string>();
  for (const { role, content } of messages) {
    if (role === 'system') {
      if (contents.length > 0) {
        throw new GatewayError(
          'BAD_REQUEST',
          'A system message stands behind other messages. Gemini takes system messages at the beginning.',
        );
      }
      const text = content.map((part) => (part.type === 'text' ? part.text : misplaced(part, role, 'text'))).join('\n');
      if (text !== '') system.push(text);
      continue;
    }
    const parts = partsOf(role, content, { model, toolNames, warnings });
    const last = contents.at(-1);
    // The results of one turn's calls stand in one message.
    if (role === 'tool' && last?.from === 'tool') last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role: role === 'assistant' ? 'model' : 'user', from: role, parts });
  }
  const [first] = contents;
  if (isGemma(model) && system.length > 0 && first?.role === 'user') first.parts.unshift({ text: `${system.join('\n\n')}\n\n` });
  return {
    contents: contents.map(({ role, parts }) => ({ role, parts })),
    systemInstruction: isGemma(model) || system.length === 0 ? null : { parts: system.map((text) => ({ text })) },
    warnings: [...warnings],
  };
}

interface Surroundings {
  readonly model: string;
  readonly toolNames: Map<string, string>;
  readonly warnings: Set<string>;
}

function partsOf(role: 'user' | 'assistant' | 'tool', content: readonly ContentPart[], around: Surroundings): JsonObject[] {
  switch (role) {
    case 'user':
      return content.flatMap(userPart);
    case 'assistant':
      return modelParts(content, around);
    case 'tool':
      return content.map((part) => toolPart(part, around.toolNames));
  }
}

function userPart(part: ContentPart): JsonObject[] {
  if (part.type === 'text') return part.text === '' ? [] : [{ text: part.text }];
  if (part.type === 'image' && 'url' in part) return [{ fileData: { mimeType: 'image/*', fileUri: part.url } }];
  if (part.type === 'image' || part.type === 'file') return [{ inlineData: { mimeType: part.mediaType, data: part.base64 } }];
  return misplaced(part, 'user', 'text, images and files');
}

function modelParts(content: readonly ContentPart[], { model, toolNames, warnings }: Surroundings): JsonObject[] {
  const parts: JsonObject[] = [];
  let hasSignedCall = false;
  for (const part of content) {
    if (part.type !== 'text' && part.type !== 'reasoning' && part.type !== 'tool-call') {
      return misplaced(part, 'assistant', 'text, reasoning and tool calls');
    }
    const opaque = 'opaque' in part ? part.opaque : undefined;
    const signature = opaque === undefined ? null : signatureIn(opaque);
    if (opaque !== undefined && signature === null) {
      warnings.add('An opaque part in the history was not made by this provider and was left out.');
    }
    const signed = signature?.of === 'part' ? { thoughtSignature: signature.text } : {};
    if (part.type === 'tool-call') {
      toolNames.set(part.id, part.name);
      if (signature?.of === 'part') hasSignedCall = true;
      // Only the first of parallel calls is signed.
      const isLost = isGemini3(model) && signature === null && !hasSignedCall;
      if (isLost) warnings.add('A tool call in the history lacks the signature that the model gave with it; the model was told so.');
      const functionCall = { id: part.id, name: part.name, args: argsOf(part.arguments) };
      parts.push({ functionCall, ...signed, ...(isLost ? { thoughtSignature: lostSignature } : {}) });
      continue;
    }
    const thought = part.type === 'reasoning' ? { thought: true } : {};
    if (part.text !== '' || 'thoughtSignature' in signed) parts.push({ text: part.text, ...thought, ...signed });
    if (signature?.of === 'text') signText(parts, signature.text);
  }
  return parts;
}

/** The signature of a text comes directly behind the text. Without the text it stands alone. */
function signText(parts: JsonObject[], thoughtSignature: string): void {
  const last = parts.at(-1);
  if (typeof last?.['text'] === 'string' && last['thought'] !== true) parts.splice(-1, 1, { ...last, thoughtSignature });
  else parts.push({ text: '', thoughtSignature });
}

function toolPart(part: ContentPart, toolNames: ReadonlyMap<string, string>): JsonObject {
  if (part.type !== 'tool-result') return misplaced(part, 'tool', 'tool results');
  const name = toolNames.get(part.callId);
  if (name === undefined) {
    throw new GatewayError(
      'BAD_REQUEST',
      `A tool result answers call "${part.callId}", but no earlier message makes that call. Send the assistant message with the call before it.`,
    );
  }
  // Gemini takes a `$ref` in a result for one to a file of the request.
  const content = hasReference(part.content) ? JSON.stringify(part.content) : part.content;
  return { functionResponse: { id: part.callId, name, response: { name, [part.isError ? 'error' : 'content']: content } } };
}

const hasReference = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(hasReference)
    : isObject(value) && Object.entries(value).some(([name, inner]) => name === '$ref' || hasReference(inner));

function misplaced(part: ContentPart, role: Message['role'], accepted: string): never {
  throw new GatewayError('BAD_REQUEST', `A ${role} message cannot hold a part of type "${part.type}". It may hold ${accepted}.`);
}
