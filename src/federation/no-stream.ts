/** `@stream` is refused on the supergraph: through the stitched schema it returns wrong data. */
import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';
import { localFieldsIn } from './local-fields.ts';

/** A validation rule for any schema; it refuses only where the schema is a supergraph's. */
export function noStream(context: ValidationContext): ASTVisitor {
  if (localFieldsIn(context.getSchema()) === null) return {};
  return {
    Directive(node) {
      if (node.name.value !== 'stream') return;
      const message =
        '@stream is not served over subgraphs: their lists come whole. Use @defer for the fields that are slow, or a subscription for tokens.';
      context.reportError(new GraphQLError(message, { nodes: [node], extensions: { code: 'BAD_REQUEST' } }));
    },
  };
}
