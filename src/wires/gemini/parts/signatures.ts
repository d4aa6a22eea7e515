/** Gemini signs its thoughts, texts and function calls, and wants the signatures back with the history. */
import { type OpaqueFields, opaqueOf, opaquePartOf, packOpaque, textOpaqueOf, unpackOpaque } from '../../opaque-parts.ts';

const opaqueFields: OpaqueFields = { vendor: 'google', fields: ['thoughtSignature'], textFields: ['thoughtSignature'] };

/** Stands for a signature that was lost (ai.google.dev, Thought signatures). */
export const lostSignature = 'skip_thought_signature_validator';

export type SignatureOf = 'part' | 'text';

export function opaqueFrom(thoughtSignature: string, of: SignatureOf): string | undefined {
  const metadata = { google: { thoughtSignature } };
  return of === 'text' ? textOpaqueOf(metadata, opaqueFields) : opaqueOf(metadata, opaqueFields);
}

export interface Signature {
  readonly of: SignatureOf;
  readonly text: string;
}

/** Null when the opaque part is not one of Gemini's. */
export function signatureIn(opaque: string): Signature | null {
  const part = opaquePartOf(opaque, opaqueFields);
  const text = part?.metadata['google']?.['thoughtSignature'];
  return part === null || text === undefined ? null : { of: part.of, text };
}

/**
 * What a client of a Gemini door is given to keep for an opaque part. Clients take signatures for base64, so that the part of
 * another vendor travels as the base64 of its text.
 */
export function writeSignature(opaque: string): Signature {
  return signatureIn(opaque) ?? { of: 'part', text: packOpaque(opaque) };
}

/** The opaque part that {@link writeSignature} wrote; undefined for a signature that was lost. */
export function opaqueOfWritten(signature: string, of: SignatureOf): string | undefined {
  if (signature === '' || signature === lostSignature) return undefined;
  return unpackOpaque(signature) ?? opaqueFrom(signature, of);
}
