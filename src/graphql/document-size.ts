/**
 * Tokens and brackets of a document are counted by the lexer before it is parsed, because one that is nested some thousand
 * levels deep overflows the stack of the parser, of validation and of execution alike.
 */
import { Lexer, Source, TokenKind } from 'graphql';
import { GatewayError } from '../core/errors.ts';

export interface DocumentSize {
  readonly tokens: number;
  /** Brackets inside brackets. */
  readonly nesting: number;
}

/** How many tokens the document has. Throws BAD_REQUEST or DEPTH_LIMIT_EXCEEDED for a document beyond the limits, and the lexer's GraphQLError. */
export function checkDocumentSize(text: string, most: DocumentSize): number {
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
