/**
 * Reads lists of trusted documents as builds of clients write them:
 *
 * - an object of ids and texts: client preset of graphql-codegen (`persistedDocuments`), Relay (`persistConfig`), also as a list of pairs;
 * - the manifest of Apollo (`generate-persisted-query-manifest`);
 * - a file or a folder of `.graphql`, whose ids are the SHA-256 of their text.
 *
 * Ids are opaque, because tools hash different forms of one document. An id that begins with `sha256:` is the hash of the text by its
 * definition (GraphQL over HTTP, appendix A), and is checked.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentNode, parse } from 'graphql';

export interface ListedDocument {
  /** As the list has it. */
  readonly id: string;
  /** By which clients may name it. */
  readonly ids: readonly [string, ...string[]];
  readonly text: string;
  readonly document: DocumentNode;
}

export interface DocumentList {
  /** How the operator names it. */
  readonly from: string;
  readonly documents: readonly ListedDocument[];
}

const maxIdLength = 256;

/** Throws in a sentence, which names the file and the document. */
export function readManifest(path: string): readonly ListedDocument[] {
  if (!statSync(path).isDirectory()) return documentsIn(path);
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(graphql|gql)$/.test(file));
  if (files.length === 0) throw new Error(`${path} has no file of GraphQL.`);
  return files.toSorted().flatMap((file) => documentsIn(join(path, file)));
}

function documentsIn(file: string): readonly ListedDocument[] {
  const content = readFileSync(file, 'utf8');
  if (/\.(graphql|gql)$/.test(file)) return [listed(file, `sha256:${sha256(content)}`, content)];
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new Error(`${file} is no JSON.`, { cause });
  }
  const entries = entriesOf(value);
  if (entries === null)
    throw new Error(
      `${file} is no list of documents. It must be an object of ids and texts, a list of such pairs, or a manifest of Apollo.`,
    );
  return entries.map(([id, text]) => listed(file, id, text));
}

/** Ids that name one document here and another there, such as the numbers of two apps: sentences. */
export function repeatedIds(lists: readonly DocumentList[]): readonly string[] {
  const seen = new Map<string, { readonly from: string; readonly text: string }>();
  const sentences = new Set<string>();
  for (const { from, documents } of lists)
    for (const { ids, text } of documents) {
      const [id] = ids;
      const before = seen.get(id);
      if (before === undefined) seen.set(id, { from, text });
      else if (before.text !== text) sentences.add(repeated(id, before.from, from));
    }
  return [...sentences];
}

const repeated = (id: string, before: string, from: string): string =>
  before === from
    ? `The id "${id}" is in ${from} with two documents.`
    : `The id "${id}" is in ${before} and in ${from} with another document.`;

type Entry = readonly [id: string, text: string];

function entriesOf(value: unknown): readonly Entry[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const pairs: readonly unknown[] = Array.isArray(value) ? value : (apolloPairs(value) ?? Object.entries(value));
  return pairs.every(isEntry) ? pairs : null;
}

const isEntry = (pair: unknown): pair is Entry =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');

function apolloPairs(value: object): readonly unknown[] | null {
  if (!('format' in value) || value.format !== 'apollo-persisted-query-manifest') return null;
  if (!('operations' in value) || !Array.isArray(value.operations)) return [null];
  return value.operations.map((one: { readonly id?: unknown; readonly body?: unknown } | null) => [one?.id, one?.body]);
}

function listed(file: string, id: string, text: string): ListedDocument {
  if (id === '' || id.length > maxIdLength)
    throw new Error(`${file} has an id of ${id.length} characters. It must have 1 to ${maxIdLength}.`);
  const hash = /^sha256:(.*)$/.exec(id)?.[1];
  if (hash !== undefined && hash !== sha256(text)) throw new Error(`${file} has the id ${id}, which is not the SHA-256 of its text.`);
  try {
    return { id, ids: idsOf(id), text, document: parse(text) };
  } catch (cause) {
    throw new Error(`${file} has a document ${id} that cannot be read. ${cause instanceof Error ? cause.message : ''}`.trim(), { cause });
  }
}

/** Clients name a SHA-256 with its prefix or without it, whatever the list has. */
function idsOf(id: string): ListedDocument['ids'] {
  const hash = /^(?:sha256:)?([\da-f]{64})$/.exec(id)?.[1];
  return hash === undefined ? [id] : [hash, `sha256:${hash}`];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
