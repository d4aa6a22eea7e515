/** Reads and measures a document before anything is done with it, and remembers it. */
import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../core/errors.ts';
import { checkDocumentSize, countOf } from '../../graphql/quote/document-size.ts';
import type { ServerLimits } from '../server-limits.ts';
import { type Measures, measuresOf } from './document-measures.ts';
import { checkComparisons } from './field-comparisons.ts';

export interface ReadDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly measures: Measures;
  /** Validating or answering the document may take as long as one turn of the event loop may. Each of the two gets a turn of its own. */
  readonly isLarge: boolean;
  /** The document is not valid, and so many errors are remembered with it. They weigh more than the document. */
  noteErrors(count: number): void;
}

type DocumentLimits = Pick<ServerLimits, 'maxTokens' | 'maxNesting' | 'maxDepth' | 'maxAliases' | 'maxRootFields' | 'maxOperations'>;

/** Characters from which on a document is large: it may have 1,000 fields, and each is compared with each other. */
export const largeDocument = 4_000;

/**
 * Bounds of introspection. graphql-js answers all of it in one turn of the event loop: some 5 ms for each list, and more in a large graph.
 */
const maxSchemaLists = 16;
const maxSchemaListDepth = 2;

/** Bound of all remembered documents together, in bytes. */
const usualKeptBytes = 48 * 1024 * 1024;
/**
 * What is kept of a document, as measured: the tree and its tokens, the text (twice, where a string is not a slice of it), a
 * link for each escaped character, and for a refused document what its errors hold on to.
 */
const weights = { document: 1_000, token: 520, character: 4, escape: 34, comment: 100, refusal: 60_000, error: 3_000 };

const weightOf = (text: string, tokens: number): number =>
  weights.document +
  weights.token * tokens +
  weights.character * text.length +
  weights.escape * countOf('\\', text) +
  weights.comment * countOf('#', text);

interface Remembered {
  readonly document: DocumentNode;
  /** By the name of the operation. A document without that operation has none. */
  readonly reads: Map<string | null, ReadDocument>;
  readonly bytes: number;
  readonly refused: boolean;
}

/**
 * Reads documents within the limits. Throws BAD_REQUEST or DEPTH_LIMIT_EXCEEDED with the limit and what was sent, and the
 * parser's GraphQLError for a syntax error. Remembers the documents read last.
 */
export function documentReader(
  limits: DocumentLimits,
  maxKeptBytes: number = usualKeptBytes,
): (text: string, operationName: string | null) => ReadDocument {
  const documents = new LRUCache<string, Remembered>({ maxSize: maxKeptBytes, sizeCalculation: ({ bytes }) => bytes });

  function noteErrors(text: string, count: number): void {
    const known = documents.peek(text);
    if (known === undefined || known.refused) return;
    // The cache weighs only a new object anew.
    documents.set(text, { ...known, bytes: known.bytes + weights.refusal + weights.error * count, refused: true });
  }

  function parsed(text: string): Remembered {
    const tokens = checkDocumentSize(text, { tokens: limits.maxTokens, nesting: limits.maxNesting });
    const document = parse(text);
    checkComparisons(document);
    const fresh = { document, reads: new Map(), bytes: weightOf(text, tokens), refused: false };
    documents.set(text, fresh);
    return fresh;
  }

  function read(text: string, operationName: string | null, { document }: Remembered): ReadDocument {
    const operation = chosenOperation(document, operationName, limits.maxOperations);
    const measures = measuresOf(document, operation);
    if (operation.operation === 'subscription' && measures.conditionalRoot) throw conditionalSubscription();
    refuseBeyond(measures, limits);
    const isLarge = text.length > largeDocument || measures.introspected.count > 0;
    return { document, operation, measures, isLarge, noteErrors: (count) => noteErrors(text, count) };
  }

  return (text, operationName) => {
    const remembered = documents.get(text) ?? parsed(text);
    const known = remembered.reads.get(operationName);
    if (known !== undefined) return known;
    const fresh = read(text, operationName, remembered);
    remembered.reads.set(operationName, fresh);
    return fresh;
  };
}

function chosenOperation(document: DocumentNode, operationName: string | null, most: number): OperationDefinitionNode {
  const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
  if (operations.length > most) throw tooMany('operations', most, operations.length, 'Send the one that is to run.');
  const operation = getOperationAST(document, operationName);
  if (operation) return operation;
  const names = operations.map(({ name }) => (name === undefined ? 'an unnamed one' : `"${name.value}"`)).join(', ');
  if (operations.length === 0)
    throw new GatewayError('BAD_REQUEST', 'The document has no operation, only fragments: there is nothing to run.');
  if (operationName === null) {
    throw new GatewayError(
      'BAD_REQUEST',
      `The document has ${operations.length} operations: name the one to run in "operationName". It has ${names}.`,
    );
  }
  throw new GatewayError('BAD_REQUEST', `The document has no operation "${operationName}". It has ${names}.`);
}

function refuseBeyond(measures: Measures, limits: DocumentLimits): void {
  if (measures.reserved !== null) {
    throw new GatewayError(
      'BAD_REQUEST',
      `"${measures.reserved}" cannot be the name of a field in the response. Give the field another alias.`,
    );
  }
  if (measures.stream !== null) {
    throw new GatewayError(
      'BAD_REQUEST',
      '@stream is not supported: a list is answered whole. Take it away; @defer is supported on fragments of a query.',
    );
  }
  if (measures.depth > limits.maxDepth) {
    throw new GatewayError(
      'DEPTH_LIMIT_EXCEEDED',
      `The operation selects ${measures.depth} levels of fields, fragments expanded; this gateway accepts at most ${limits.maxDepth}.`,
    );
  }
  const { count, depth } = measures.introspected;
  if (count > maxSchemaLists)
    throw tooMany(
      'lists of the schema (types, fields, args, ...) in it',
      maxSchemaLists,
      count,
      'The query of any tool has fewer than ten.',
    );
  if (depth > maxSchemaListDepth)
    throw new GatewayError(
      'BAD_REQUEST',
      `The document asks for lists of the schema that nest ${depth} deep, such as the fields of the types of fields; this gateway accepts ${maxSchemaListDepth}. Ask for the names of types, and then for each by __type.`,
    );
  if (measures.aliases > limits.maxAliases)
    throw tooMany('aliases', limits.maxAliases, measures.aliases, 'Fragments count wherever they are spread.');
  if (measures.rootFields > limits.maxRootFields)
    throw tooMany('root fields', limits.maxRootFields, measures.rootFields, 'Split it into several requests.');
}

/** GraphQL §5.2.4.1: when conditions leave no field, there is nothing to subscribe to, and graphql-js fails. */
const conditionalSubscription = (): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    'The one field of a subscription cannot carry @skip or @include. Take the directive away, and subscribe only when the events are wanted.',
  );

const tooMany = (what: string, most: number, sent: number | null, advice: string): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The document has ${sent ?? `more than ${most}`} ${what}; this gateway accepts at most ${most}. ${advice}`,
  );
