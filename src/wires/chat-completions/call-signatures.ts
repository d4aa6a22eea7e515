/**
 * The signature of a tool call, which Gemini behind Chat Completions gives out and wants back (ai.google.dev, OpenAI compatibility).
 *
 * It is the one place of this wire that clients keep without knowing what it is, so that opaque parts of other vendors travel in it, too.
 */
import { isObject, type JsonObject, objectOf, textOf } from '../json-fields.ts';
import { opaquePartOf, packOpaque, unpackOpaque } from '../opaque-parts.ts';

export const signatureIn = (call: JsonObject): string =>
  textOf(objectOf(objectOf(isObject(call['extra_content']) ? call['extra_content'] : {})['google'])['thought_signature']);

export const signatureField = (signature: string): JsonObject => ({ extra_content: { google: { thought_signature: signature } } });

/** Names of the vendors that may have signed: the call came over Gemini's own wire, or over a server in front of Gemini. */
const vendors = ['compatible', 'google'] as const;

/** The text that a client of a door is given to keep. */
export function writeSignature(opaque: string): string {
  for (const vendor of vendors) {
    const signature = opaquePartOf(opaque, { vendor, fields: ['thoughtSignature'] })?.metadata[vendor]?.['thoughtSignature'];
    if (signature !== undefined) return signature;
  }
  return packOpaque(opaque);
}

/** The opaque part of a text that {@link writeSignature} wrote. */
export const opaqueOfSignature = (signature: string): string =>
  unpackOpaque(signature) ?? JSON.stringify(Object.fromEntries(vendors.map((vendor) => [vendor, { thoughtSignature: signature }])));
