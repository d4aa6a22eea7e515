/** The graph as clients see it, as text with a tag: made once for each schema and each reading of the configuration. */
import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { Graph } from '../../federation/graph.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import { publicSdl } from '../../graphql/public-sdl.ts';
import { entityCeiling } from '../../graphql/quote/quote-rules.ts';
import type { Services } from '../../graphql/services.ts';
import type { PublicSchema, PublicSchemaFor } from '../../server/pages/schema-page.ts';

interface Priced {
  readonly fields: Pick<FieldsRead, 'fields'>;
  readonly services: Services;
}

interface Shown extends Priced {
  readonly graph: Pick<Graph, 'schema' | 'contract'>;
}

/** The SDL of a schema by the AI fields and prices of a configuration. */
export const configuredSdl = (schema: GraphQLSchema, { fields, services }: Priced): string =>
  publicSdl(
    schema,
    fields.fields.map((field) => ({ field, cost: entityCeiling(field, services).cost })),
  );

export function publicSchemas(current: () => Shown): PublicSchemaFor {
  let made: { readonly of: Shown; readonly bySchema: WeakMap<GraphQLSchema, PublicSchema> } | null = null;
  return (contract) => {
    const of = current();
    if (made?.of !== of) made = { of, bySchema: new WeakMap() };
    const schema = contract === null ? of.graph.schema() : of.graph.contract(contract);
    if (schema === null) return null;
    const known = made.bySchema.get(schema);
    if (known !== undefined) return known;
    const sdl = configuredSdl(schema, of);
    const shown = { sdl, etag: `"${createHash('sha256').update(sdl).digest('base64url')}"` };
    made.bySchema.set(schema, shown);
    return shown;
  };
}
