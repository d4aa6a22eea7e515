/**
 * The local bypass: runs an operation directly on the local subgraph when that subgraph can answer it from its own data
 * alone. Token events then cost what they cost in a plain schema.
 */
import { type DocumentNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { localFieldsIn } from './local-fields.ts';

/** Which schema an operation runs on; decided once per document. Introspection is always of the whole graph. */
export function chooseEngine(stitched: GraphQLSchema, local: GraphQLSchema): (document: DocumentNode) => GraphQLSchema {
  const fields = localFieldsIn(stitched);
  if (fields === null) return () => stitched;
  const decided = new WeakMap<DocumentNode, GraphQLSchema>();
  return (document) => {
    let schema = decided.get(document);
    if (schema === undefined) {
      schema = isLocal(document, stitched, fields.alone) ? local : stitched;
      decided.set(document, schema);
    }
    return schema;
  };
}

function isLocal(document: DocumentNode, schema: GraphQLSchema, alone: ReadonlySet<string>): boolean {
  const info = new TypeInfo(schema);
  let local = true;
  visit(
    document,
    visitWithTypeInfo(info, {
      enter(node) {
        if (!local) return false;
        if (node.kind === Kind.FIELD) {
          const parent = info.getParentType();
          const known = node.name.value === '__typename' || alone.has(`${parent?.name}.${node.name.value}`);
          if (!known || (info.getFieldDef() ?? null) === null) local = false;
        } else if (node.kind === Kind.ARGUMENT && (info.getArgument() ?? null) === null && (info.getDirective() ?? null) === null)
          local = false;
        else if (node.kind === Kind.FRAGMENT_DEFINITION || node.kind === Kind.INLINE_FRAGMENT) {
          if ((info.getType() ?? null) === null) local = false;
        }
        return local ? undefined : false;
      },
    }),
  );
  return local && document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
}
