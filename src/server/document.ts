/**
 * A document read and measured before anything is done with it.
 *
 * Tokens and brackets are counted by the lexer first, because a document nested some thousand levels deep overflows
 * the stack of the parser, of validation and of execution alike.
 */
import { type DocumentNode, getOperationAST, Lexer, type OperationDefinitionNode, parse, Source, TokenKind } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { type Measures, measuresOf } from './document-measures.ts';
import type { ServerLimits } from './limits.ts';

export interface ReadDocument {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly measures: Measures;
}

type DocumentLimits = Pick<ServerLimits, 'tokens' | 'nesting' | 'depth' | 'aliases' | 'rootFields' | 'operations'>;

/** Of all remembered documents together. */
const keptBytes = 48 * 1024 * 1024;
/** A token and its share of the tree, as measured. */
const bytesPerToken = 370;

/**
 * Reads documents within the limits. Throws BAD_REQUEST or DEPTH_LIMIT_EXCEEDED with the limit and what was sent, and the
 * parser's GraphQLError for a syntax error. Remembers the documents read last.
 */
export function documentReader(limits: DocumentLimits): (text: string, operationName: string | null) => ReadDocument {
  const documents = new Map<string, { readonly document: DocumentNode; readonly bytes: number }>();
  let remembered = 0;

  function parsed(text: string): DocumentNode {
    const known = documents.get(text);
    if (known !== undefined) {
      documents.delete(text);
      documents.set(text, known);
      return known.document;
    }
    const bytes = countTokens(text, limits) * bytesPerToken + 2 * text.length;
    const document = parse(text);
    documents.set(text, { document, bytes });
    remembered += bytes;
    for (const [oldest, { bytes: freed }] of documents) {
      if (remembered <= keptBytes) break;
      documents.delete(oldest);
      remembered -= freed;
    }
    return document;
  }

  return (text, operationName) => {
    const document = parsed(text);
    const operation = chosenOperation(document, operationName, limits.operations);
    const measures = measuresOf(document, operation);
    if (operation.operation === 'subscription' && measures.conditionalRoot) throw conditionalSubscription();
    refuseBeyond(measures, limits);
    return { document, operation, measures };
  };
}

/** How many there are, at most as many as the limit allows. */
function countTokens(text: string, limits: DocumentLimits): number {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let nesting = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens++;
    if (tokens > limits.tokens) throw tooMany('tokens', limits.tokens, null, 'Send long texts and lists as variables.');
    if (token.kind === TokenKind.BRACE_L || token.kind === TokenKind.BRACKET_L || token.kind === TokenKind.PAREN_L) nesting++;
    else if (token.kind === TokenKind.BRACE_R || token.kind === TokenKind.BRACKET_R || token.kind === TokenKind.PAREN_R) nesting--;
    if (nesting > limits.nesting) {
      throw new GatewayError(
        'DEPTH_LIMIT_EXCEEDED',
        `The document nests its brackets deeper than ${limits.nesting} levels, which is the most this gateway accepts.`,
      );
    }
  }
  return tokens;
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
  if (measures.depth > limits.depth) {
    throw new GatewayError(
      'DEPTH_LIMIT_EXCEEDED',
      `The operation selects ${measures.depth} levels of fields, fragments expanded; this gateway accepts at most ${limits.depth}.`,
    );
  }
  if (measures.aliases > limits.aliases)
    throw tooMany('aliases', limits.aliases, measures.aliases, 'Fragments count wherever they are spread.');
  if (measures.rootFields > limits.rootFields)
    throw tooMany('root fields', limits.rootFields, measures.rootFields, 'Split it into several requests.');
}

/** GraphQL §5.2.4.1: with no field left there is nothing to subscribe to, and graphql-js fails on it. */
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
