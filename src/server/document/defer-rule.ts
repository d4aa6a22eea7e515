/** `@defer`, which graphql-js does not know: its directive, and where it may stand. */
import {
  type ASTVisitor,
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLError,
  GraphQLNonNull,
  GraphQLSchema,
  GraphQLString,
  type ValidationContext,
} from 'graphql';

/**
 * `@defer` is allowed in queries alone, and each label at one place. A subscription delivers events, and the root fields of a mutation run
 * one after another.
 */
export function deferOnlyInQueries(context: ValidationContext): ASTVisitor {
  const labels = new Set<string>();
  const onlyQueries = context
    .getDocument()
    .definitions.every((one) => one.kind !== 'OperationDefinition' || one.operation !== 'subscription');
  return {
    Directive(node) {
      if (node.name.value !== 'defer') return;
      const schema = context.getSchema();
      const parent = context.getParentType();
      if (!onlyQueries) context.reportError(new GraphQLError('@defer cannot be used in subscriptions.', { nodes: node }));
      else if (parent && parent === schema.getMutationType()) {
        context.reportError(
          new GraphQLError(`@defer cannot be used on the fields of "${parent.name}" itself, only further in.`, { nodes: node }),
        );
      }
      const label = node.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (label === undefined || label.kind === 'NullValue') return;
      if (label.kind !== 'StringValue')
        context.reportError(
          new GraphQLError('The label of @defer must be written in the document, not come from a variable.', { nodes: node }),
        );
      else if (labels.has(label.value))
        context.reportError(new GraphQLError(`The label "${label.value}" is used by two @defer.`, { nodes: node }));
      else labels.add(label.value);
    },
  };
}

const deferDirective = new GraphQLDirective({
  name: 'defer',
  description: 'Deliver this fragment later, so that the rest need not wait for it.',
  locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
  args: { if: { type: new GraphQLNonNull(GraphQLBoolean), defaultValue: true }, label: { type: GraphQLString } },
});

const deferring = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** One new schema object per schema, so that validated documents stay remembered. */
export function withDefer(schema: GraphQLSchema): GraphQLSchema {
  if (schema.getDirective('defer')) return schema;
  const known = deferring.get(schema);
  if (known !== undefined) return known;
  const derived = new GraphQLSchema({ ...schema.toConfig(), directives: [...schema.getDirectives(), deferDirective] });
  deferring.set(schema, derived);
  return derived;
}
