/**
 * Ids of tool calls in the form that a vendor accepts. A history may have been begun by another vendor, whose ids are longer or have
 * other characters. A foreign id is replaced by a digest of itself, so that the same history is written alike each time, and the
 * vendor's prompt cache holds.
 */
import { createHash } from 'node:crypto';
import type { CompletionRequest, ContentPart } from '../core/request/request.ts';

export interface CallIdForm {
  readonly accepts: RegExp;
  /** Characters of a digest, at most 48: lower case letters and digits, which all vendors accept. */
  readonly length: number;
}

/** Returns the same request where all ids are accepted. Results that answer no call of the history keep their id. */
export function withAcceptedCallIds(request: CompletionRequest, form: CallIdForm): CompletionRequest {
  const ids = new Set(request.messages.flatMap(({ content }) => content.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))));
  const foreign = [...ids].filter((id) => !form.accepts.test(id));
  if (foreign.length === 0) return request;
  const taken = new Set(ids);
  const accepted = new Map<string, string>();
  for (const id of foreign) {
    let copy = 0;
    while (taken.has(digestOf(id, copy, form.length))) copy += 1;
    const digest = digestOf(id, copy, form.length);
    taken.add(digest);
    accepted.set(id, digest);
  }
  const inPart = (part: ContentPart): ContentPart => {
    if (part.type === 'tool-call') return { ...part, id: accepted.get(part.id) ?? part.id };
    return part.type === 'tool-result' ? { ...part, callId: accepted.get(part.callId) ?? part.callId } : part;
  };
  return { ...request, messages: request.messages.map((message) => ({ ...message, content: message.content.map(inPart) })) };
}

function digestOf(id: string, copy: number, length: number): string {
  const hex = createHash('sha256').update(`${copy}:${id}`).digest('hex');
  return BigInt(`0x1${hex}`)
    .toString(36)
    .slice(1, length + 1);
}
