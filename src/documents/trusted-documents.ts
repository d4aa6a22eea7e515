/**
 * Which documents callers may send: those of the operator's lists, by id or as text, or any.
 *
 * A prompt of an AI field lies on the server already. With a list, what remains to a browser are the variables of operations that its own
 * team wrote: a stolen key asks nothing else.
 */
import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import type { Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import { type ListedDocument, readManifest, repeatedIds } from './manifest.ts';
import { normalForm } from './normal-form.ts';

/**
 * `report`: other documents run, also with an id beside their text, and each is in the log once. `list`: other documents are refused. `ids`: every
 * text is.
 */
export type TrustLevel = 'report' | 'list' | 'ids';

/** A request names its document by id, or has its text; the other is empty. */
export interface AskedDocument {
  readonly query: string;
  readonly documentId: string | null;
  /** The id came as `extensions.persistedQuery`. */
  readonly isPersistedQuery?: boolean;
}

export interface TrustedDocuments {
  /** The text that is to be read. Throws DOCUMENT_NOT_TRUSTED, or BAD_REQUEST, before anything is parsed. */
  textOf(asked: AskedDocument, principal: Principal | null): string;
  /**
   * By which the ledger names it, the same however clients do: as the first list has it. Null for what a client says beside a text, which no list
   * vouches for.
   */
  idOf(asked: AskedDocument): string | null;
  /** Throws DOCUMENT_NOT_TRUSTED for a text that is not listed, or, by id only, for any. */
  check(asked: AskedDocument, document: DocumentNode, principal: Principal | null): void;
}

/** Callers with it send documents that are in no list. */
const freeformScope = 'ai:freeform';

/** Without lists: any text, and no id. */
export const anyDocument: TrustedDocuments = {
  textOf({ query, isPersistedQuery = false }) {
    if (query !== '') return query;
    // Apollo Client and urql then send the text. urql knows it by this message alone, which is no sentence.
    if (isPersistedQuery) throw new GatewayError('BAD_REQUEST', 'PersistedQueryNotSupported');
    throw new GatewayError('BAD_REQUEST', 'This gateway has no trusted documents: send the text of the document as "query".');
  },
  idOf: () => null,
  check() {},
};

/** Reads the files. Throws in a sentence where one of them is not what it should be, or two have one id for two documents. */
export function readTrustedDocuments(
  files: readonly string[],
  level: TrustLevel,
  report: (unknown: { readonly hash: string }) => void,
): TrustedDocuments {
  const lists = files.map((from) => ({ from, documents: readManifest(from) }));
  const [mistake] = repeatedIds(lists);
  if (mistake !== undefined) throw new Error(mistake);
  return trustedDocuments(
    lists.flatMap(({ documents }) => documents),
    level,
    report,
  );
}

/** Documents that are reported: more of them are an attack, and say nothing new. */
const maxReported = 1_000;

export function trustedDocuments(
  listed: readonly ListedDocument[],
  level: TrustLevel,
  report: (unknown: { readonly hash: string }) => void,
): TrustedDocuments {
  const byId = new Map(listed.toReversed().flatMap((one) => one.ids.map((id) => [id, one])));
  const exact = new Set(listed.map(({ text }) => text));
  const normal = new Set(listed.map(({ document }) => normalForm(document)));
  /** A document is read once and kept: see `documentReader`. */
  const known = new WeakMap<DocumentNode, boolean>();
  const reported = new Set<string>();

  function isListed(text: string, document: DocumentNode): boolean {
    if (exact.has(text)) return true;
    const before = known.get(document);
    if (before !== undefined) return before;
    const now = normal.has(normalForm(document));
    known.set(document, now);
    return now;
  }
  function note(text: string): void {
    const hash = createHash('sha256').update(text).digest('hex');
    if (reported.has(hash) || reported.size >= maxReported) return;
    reported.add(hash);
    report({ hash });
  }
  const isFree = (principal: Principal | null): boolean => principal?.scopes.includes(freeformScope) ?? false;
  const checkForm = (principal: Principal | null): void => {
    if (level !== 'ids' || isFree(principal)) return;
    throw new GatewayError(
      'DOCUMENT_NOT_TRUSTED',
      'This gateway takes documents by id only: send the id of a trusted document as "documentId", or ask with a key that has the scope `ai:freeform`.',
    );
  };

  return {
    textOf({ query, documentId }, principal) {
      if (documentId === null || (level === 'report' && query !== '')) {
        checkForm(principal);
        return query;
      }
      if (query !== '') throw new GatewayError('BAD_REQUEST', 'The request has the text of a document and an id. Send one of them.');
      const named = byId.get(documentId);
      if (named !== undefined) return named.text;
      throw new GatewayError(
        'DOCUMENT_NOT_TRUSTED',
        `There is no trusted document "${documentId}". The operator adds the documents of a build.`,
      );
    },
    idOf: ({ query, documentId }) => (query === '' && documentId !== null ? (byId.get(documentId)?.id ?? null) : null),
    check({ query }, document, principal) {
      if (query === '') return;
      checkForm(principal);
      if (isListed(query, document) || (level !== 'report' && isFree(principal))) return;
      if (level === 'report') return note(query);
      throw new GatewayError(
        'DOCUMENT_NOT_TRUSTED',
        'This document is not one of the trusted documents. Send one of them, or ask with a key that has the scope `ai:freeform`.',
      );
    },
  };
}
