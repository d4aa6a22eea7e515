/** What Anthropic wants back with the history: the signature of thinking, and thinking that it has redacted. */
import { type OpaqueFields, opaqueOf, opaquePartOf } from '../opaque-parts.ts';

const anthropicOpaque: OpaqueFields = { vendor: 'anthropic', fields: ['signature', 'redactedData'] };

/** Of one block of thinking; at most one of the two is there. */
export interface KeptThinking {
  readonly signature?: string;
  readonly redactedData?: string;
}

/** Undefined where there is nothing to keep. */
export function opaqueOfThinking({ signature = '', redactedData = '' }: KeptThinking): string | undefined {
  return opaqueOf(
    { anthropic: { ...(signature === '' ? {} : { signature }), ...(redactedData === '' ? {} : { redactedData }) } },
    anthropicOpaque,
  );
}

/** Null when the opaque part is not one of Anthropic's. */
export function keptThinking(opaque: string): KeptThinking | null {
  return opaquePartOf(opaque, anthropicOpaque)?.metadata['anthropic'] ?? null;
}
