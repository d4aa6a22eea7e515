/**
 * What a vendor wants back with the history, in the two places that a message has for it: the signature of thinking, and thinking that was
 * redacted.
 *
 * Anthropic's own stands there as it came. What another vendor gave is wrapped, so that it survives a client of the Messages API.
 */
import { isObject, parseJson } from '../json-fields.ts';
import { type OpaqueFields, opaqueOf, opaquePartOf } from '../opaque-parts.ts';

const anthropicOpaque: OpaqueFields = { vendor: 'anthropic', fields: ['signature', 'redactedData'] };

/** What one block of thinking has: at most one of the two. */
export interface KeptThinking {
  readonly signature?: string;
  readonly redactedData?: string;
}

/** Undefined where there is nothing to keep. */
export function opaqueOfThinking({ signature = '', redactedData = '' }: KeptThinking): string | undefined {
  const kept = { ...(signature === '' ? {} : { signature }), ...(redactedData === '' ? {} : { redactedData }) };
  return opaqueOf({ anthropic: kept }, anthropicOpaque);
}

/** Null when the opaque part is not one of Anthropic's. */
export function keptThinking(opaque: string): KeptThinking | null {
  return opaquePartOf(opaque, anthropicOpaque)?.metadata['anthropic'] ?? null;
}

/** `call` is the id of the tool call that the part belongs to. Without it, the part belongs to the place where it stands. */
export interface WrappedPart {
  readonly opaque: string;
  readonly call?: string;
}

export const wrappedPart = (part: WrappedPart): string => Buffer.from(JSON.stringify(part)).toString('base64');

/** Null for what {@link wrappedPart} did not write. */
export function unwrappedPart(written: string): WrappedPart | null {
  // The base64 of `{"`: a text that begins otherwise is not one of ours.
  if (!written.startsWith('eyJ')) return null;
  const part = parseJson(Buffer.from(written, 'base64').toString());
  if (!isObject(part)) return null;
  const { opaque, call } = part as { readonly opaque?: unknown; readonly call?: unknown };
  if (typeof opaque !== 'string') return null;
  return { opaque, ...(typeof call === 'string' ? { call } : {}) };
}
