/**
 * Bounds the work of all quotes of one request together, since it may have thirty aliases; each step has a turn of its own.
 *
 * A document is read once; that it was refused is remembered like the document itself.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError, refuseAgain } from '../../core/errors.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import { maxUnfoldedFields } from '../../pricing/walk-tree.ts';
import { refuse } from '../refuse.ts';
import { withReasonOfAbort } from './aborted-validation.ts';
import { checkDocumentSize, type DocumentSize } from './document-size.ts';

export interface QuoteWork {
  /** Parses and validates the document. Throws BAD_REQUEST for a document that could not run. */
  document(text: string, schema: GraphQLSchema): Promise<DocumentNode>;
  /** Counts work before it is done. Throws COST_LIMIT_EXCEEDED or BAD_REQUEST when it is too much for one request. */
  spend(work: { readonly fields: number; readonly variables: Readonly<Record<string, unknown>> }): void;
  /** Runs the work after other requests were served. */
  inTurn<T>(work: () => T): Promise<T>;
}

/** Maximum number of tokens. It is above the default for documents that run, so that a large document can be quoted before it is split. */
const maxSize: DocumentSize = { tokens: 7_500, nesting: 100 };
/** Maximum number of tokens in the different documents of one request. */
const maxTokensTogether = 20_000;
/** Maximum size of the variables of all quotes of one request, as JSON in UTF-16 units. */
const maxVariablesTogether = 2 * 1024 * 1024;

/** Maximum size of all remembered documents. */
const maxRememberedBytes = 8 * 1024 * 1024;
/** Measured memory per token, with its share of the tree. */
const bytesPerToken = 370;

interface Remembered {
  /** The document, or why it is refused. */
  readonly document: DocumentNode | GatewayError;
  readonly bytes: number;
}

/** One desk serves all requests. `operation` is an object that all fields of one request share. */
export function quoteDesk(): (operation: object) => QuoteWork {
  const remembered = new WeakMap<GraphQLSchema, LRUCache<string, Remembered>>();
  const works = new WeakMap<object, QuoteWork>();

  function remember(schema: GraphQLSchema, text: string, document: DocumentNode | GatewayError, tokens: number): void {
    const documents = remembered.get(schema) ?? new LRUCache({ maxSize: maxRememberedBytes, sizeCalculation: ({ bytes }) => bytes });
    remembered.set(schema, documents);
    documents.set(text, { document, bytes: 2 * text.length + (document instanceof GatewayError ? 1_000 : tokens * bytesPerToken) });
  }

  return (operation) => {
    const known = works.get(operation);
    if (known !== undefined) return known;
    const work = workOf((schema, text) => remembered.get(schema)?.get(text)?.document ?? null, remember);
    works.set(operation, work);
    return work;
  };
}

function workOf(
  recall: (schema: GraphQLSchema, text: string) => DocumentNode | GatewayError | null,
  remember: (schema: GraphQLSchema, text: string, document: DocumentNode | GatewayError, tokens: number) => void,
): QuoteWork {
  const documents = new Map<string, Promise<DocumentNode>>();
  const weights = new WeakMap<object, number>();
  let last: Promise<unknown> = Promise.resolve();
  let tokens = 0;
  let fields = 0;
  let variableLength = 0;

  const inTurn: QuoteWork['inTurn'] = (work) => {
    const mine = last.then(waitInLine).then(work);
    last = mine.catch(() => {});
    return mine;
  };

  async function read(text: string, schema: GraphQLSchema): Promise<DocumentNode> {
    const own = await inTurn(() => runnable(() => checkDocumentSize(text, maxSize)));
    tokens += own;
    if (tokens > maxTokensTogether)
      refuse(`The documents to quote have more than ${maxTokensTogether} tokens together. Quote fewer of them in one request.`);
    const known = recall(schema, text);
    if (known instanceof GatewayError) return refuseAgain(known);
    if (known !== null) return known;
    try {
      const document = await inTurn(() => runnable(() => parse(text)));
      for (const rules of ruleSets) await inTurn(() => runnable(() => checkValid(schema, document, rules)));
      remember(schema, text, document, own);
      return document;
    } catch (error) {
      if (error instanceof GatewayError) remember(schema, text, error, own);
      throw error;
    }
  }

  return {
    inTurn,
    document(text, schema) {
      const known = documents.get(text) ?? read(text, schema);
      documents.set(text, known);
      return known;
    },
    spend({ fields: more, variables }) {
      fields += more;
      if (fields > maxUnfoldedFields) {
        throw new GatewayError(
          'COST_LIMIT_EXCEEDED',
          `With their fragments unfolded the documents to quote have more than ${maxUnfoldedFields} fields together. Ask for fewer at a time.`,
        );
      }
      const length = weights.get(variables) ?? lengthOf(variables, maxVariablesTogether);
      weights.set(variables, length);
      variableLength += length;
      if (variableLength > maxVariablesTogether)
        refuse(
          `The variables of all quotes have more than ${maxVariablesTogether} characters together. Quote fewer operations in one request.`,
        );
    },
  };
}

/** Validates in three turns. The rule that compares fields with each other takes as long as all others together. */
const others = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);
const ruleSets = [others.slice(0, others.length / 2), others.slice(others.length / 2), [OverlappingFieldsCanBeMergedRule]];

function checkValid(schema: GraphQLSchema, document: DocumentNode, rules: readonly ValidationRule[]): void {
  const [error] = validate(schema, document, rules, { maxErrors: 1 });
  if (error !== undefined) throw error;
}

/** Throws BAD_REQUEST for a document that graphql-js would refuse. */
function runnable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refuseToRun(error);
  }
}

export function refuseToRun(error: unknown): never {
  if (!(error instanceof GraphQLError)) throw error;
  const sentence = `The document cannot be quoted, because it cannot run: ${withReasonOfAbort(error).message}`;
  const place = error.locations?.[0];
  throw new GatewayError('BAD_REQUEST', sentence, place === undefined ? {} : { documentPlace: { line: place.line, column: place.column } });
}

/** Approximate length of the value as JSON text, counted up to `max`. */
function lengthOf(value: unknown, max: number): number {
  let length = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && length <= max) {
    const next = open.pop();
    length += typeof next === 'string' ? next.length + 2 : 2;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) {
      length += next.length;
      for (const member of next) open.push(member);
      continue;
    }
    const named = next as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(named)) {
      length += name.length + 4;
      open.push(named[name]);
    }
  }
  return length;
}
