/**
 * Encodes vendors' own parts (signatures, encrypted reasoning, item ids) as one text that callers keep and send back.
 *
 * The text is JSON of the SDK's metadata, reduced to the fields named here in both directions. A returned part was in the
 * caller's hands and must not become a way to set other parameters of the vendor.
 */
export interface OpaqueFields {
  /** The name under which the SDK keeps its vendor's metadata: `anthropic`. */
  readonly vendor: string;
  /** Of reasoning and tool calls. */
  readonly fields: readonly string[];
  /** Of text. Text has no opaque part of its own: it travels as reasoning that says nothing, right behind the text. */
  readonly textFields?: readonly string[];
}

export type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** Undefined when the metadata has none of the fields. */
export function opaqueOf(metadata: Metadata | undefined, { vendor, fields }: OpaqueFields): string | undefined {
  const kept = only(metadata?.[vendor], fields);
  return kept === null ? undefined : JSON.stringify({ [vendor]: kept });
}

export function textOpaqueOf(metadata: Metadata | undefined, { vendor, textFields = [] }: OpaqueFields): string | undefined {
  const kept = only(metadata?.[vendor], textFields);
  return kept === null ? undefined : JSON.stringify({ [vendor]: kept, of: 'text' });
}

export interface OpaquePart {
  /** What it belongs to: the part that carries it, or the text before that. */
  readonly of: 'part' | 'text';
  readonly metadata: Record<string, Record<string, string>>;
}

/** Null when the text is not an opaque part of this vendor. */
export function opaquePartOf(opaque: string, { vendor, fields, textFields = [] }: OpaqueFields): OpaquePart | null {
  const parsed = parsedRecord(opaque);
  const of = parsed?.['of'] === 'text' ? 'text' : 'part';
  const kept = only(parsed?.[vendor], of === 'text' ? textFields : fields);
  return kept === null ? null : { of, metadata: { [vendor]: kept } };
}

/** Whether an opaque part of any vendor belongs to the text before it. */
export const isOfText = (opaque: string): boolean => parsedRecord(opaque)?.['of'] === 'text';

/** An opaque part of any vendor, for a place where clients expect base64. */
export const packOpaque = (opaque: string): string => Buffer.from(opaque).toString('base64');

/** The opaque part that {@link packOpaque} wrote; null: it did not. */
export function unpackOpaque(text: string): string | null {
  const opaque = Buffer.from(text, 'base64').toString();
  return opaque.startsWith('{"') && parsedRecord(opaque) !== null ? opaque : null;
}

function only(value: unknown, fields: readonly string[]): Record<string, string> | null {
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => fields.includes(entry[0]) && typeof entry[1] === 'string',
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function parsedRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
