/** Two schemas of a supergraph: everything that subgraphs have, and what clients may see of it. */
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  Kind,
  type TypeNode,
} from 'graphql';
import { isForDocuments, isInternalType, publicSchema } from '../../public-schema.ts';
import { directivesOf, linkedName, namedType } from '../join.ts';

export interface GraphSchemas {
  /** Contains what is `@inaccessible`: subgraphs answer it for keys and `@requires`. */
  readonly whole: GraphQLSchema;
  readonly client: GraphQLSchema;
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };
type Field = Annotated & { readonly type: TypeNode; readonly arguments?: readonly InputValueDefinitionNode[] };
/** Any definition, with the members that definitions can have. */
type Members = Annotated & {
  readonly name?: { readonly value: string };
  readonly fields?: readonly Field[];
  readonly values?: readonly Annotated[];
  readonly types?: readonly TypeNode[];
  readonly interfaces?: readonly TypeNode[];
};

export function schemasOf(supergraph: DocumentNode): GraphSchemas {
  const definitions = supergraph.definitions.filter(
    (one) =>
      one.kind === Kind.SCHEMA_DEFINITION ||
      (one.kind === Kind.DIRECTIVE_DEFINITION
        ? one.locations.some(({ value }) => isForDocuments(value))
        : !isInternalType((one as Members).name?.value ?? '')),
  );
  const whole = buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true, assumeValidSDL: true });
  const shown = accessible(definitions, linkedName(supergraph, 'inaccessible'));
  const client = buildASTSchema({ kind: Kind.DOCUMENT, definitions: shown }, { assumeValid: true, assumeValidSDL: true });
  return { whole, client: publicSchema(client) };
}

function accessible(definitions: readonly DefinitionNode[], directive: string): readonly DefinitionNode[] {
  const isHidden = (node: Annotated): boolean => directivesOf(node, directive).length > 0;
  const hidden = new Set(definitions.flatMap((one) => (isHidden(one as Members) ? [(one as Members).name?.value] : [])));
  const isShown = (type: TypeNode): boolean => !hidden.has(namedType(type));
  const shownFields = (fields: readonly Field[]): readonly Field[] =>
    fields.flatMap((field) => {
      if (isHidden(field) || !isShown(field.type)) return [];
      return [field.arguments === undefined ? field : { ...field, arguments: field.arguments.filter((one) => !isHidden(one)) }];
    });
  return definitions.flatMap((definition) => {
    const members = definition as Members;
    if (hidden.has(members.name?.value)) return [];
    const changed = {
      ...definition,
      ...(members.fields === undefined ? {} : { fields: shownFields(members.fields) }),
      ...(members.values === undefined ? {} : { values: members.values.filter((one) => !isHidden(one)) }),
      ...(members.types === undefined ? {} : { types: members.types.filter(isShown) }),
      ...(members.interfaces === undefined ? {} : { interfaces: members.interfaces.filter(isShown) }),
    };
    return [changed as DefinitionNode];
  });
}
