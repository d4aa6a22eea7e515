/**
 * Counts the tokens and brackets of a document with the lexer before it is parsed. A document nested some thousand levels
 * deep would overflow the stack of the parser, of validation and of execution.
 */
import { Lexer, Source, TokenKind } from 'graphql';
import { GatewayError } from '../../core/errors.ts';

export interface DocumentSize {
  readonly tokens: number;
  /** Brackets inside brackets. */
  readonly nesting: number;
}

/** Maximum number of escaped characters. The lexer reads each by itself, and keeps it as a link of a chain. */
const maxEscapes = 100_000;

/** Maximum length of a name, in characters. Each of a hundred errors may repeat the name of the operation. */
const maxNameLength = 1_000;

/** How often a character stands in a text. */
export function countOf(character: string, text: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}

/**
 * How many tokens the document has. Throws BAD_REQUEST or DEPTH_LIMIT_EXCEEDED for a document beyond the limits, and the lexer's
 * GraphQLError.
 */
export function checkDocumentSize(text: string, most: DocumentSize): number {
  // The lexer makes a token of each comment too, and skips comments: a million of them in one step.
  const comments = countOf('#', text);
  if (comments > most.tokens)
    throw new GatewayError(
      'BAD_REQUEST',
      `The document has ${comments} times "#"; this gateway accepts at most ${most.tokens} comments. Send long texts as variables.`,
    );
  const escapes = countOf('\\', text);
  if (escapes > maxEscapes)
    throw new GatewayError(
      'BAD_REQUEST',
      `The document has ${escapes} escaped characters; this gateway accepts at most ${maxEscapes}. Send long texts as variables.`,
    );
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let nesting = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens++;
    if (tokens > most.tokens) {
      throw new GatewayError(
        'BAD_REQUEST',
        `The document has more than ${most.tokens} tokens; this gateway accepts at most ${most.tokens}. Send long texts and lists as variables.`,
      );
    }
    if (token.kind === TokenKind.NAME && token.end - token.start > maxNameLength)
      throw new GatewayError(
        'BAD_REQUEST',
        `A name in the document has ${token.end - token.start} characters; this gateway accepts at most ${maxNameLength}.`,
      );
    if (token.kind === TokenKind.BRACE_L || token.kind === TokenKind.BRACKET_L || token.kind === TokenKind.PAREN_L) nesting++;
    else if (token.kind === TokenKind.BRACE_R || token.kind === TokenKind.BRACKET_R || token.kind === TokenKind.PAREN_R) nesting--;
    if (nesting > most.nesting) {
      throw new GatewayError(
        'DEPTH_LIMIT_EXCEEDED',
        `The document nests its brackets deeper than ${most.nesting} levels, which is the most this gateway accepts.`,
      );
    }
  }
  return tokens;
}
