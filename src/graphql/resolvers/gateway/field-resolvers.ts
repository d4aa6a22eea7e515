import { isInterfaceType, isObjectType } from 'graphql';
import { once } from '../../../core/once.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import { describeFields } from '../../describe-fields.ts';
import type { Resolvers } from '../../generated.ts';
import type { FieldView } from '../../result-views.ts';
import type { Services } from '../../services.ts';
import { onlyOf } from '../usage-filter.ts';

export function fieldResolvers(services: Services): Resolvers {
  /** Prices and declarations change with the configuration, which has other services. */
  let described: readonly FieldView[] | null = null;
  return {
    Query: {
      aiFields(_, __, { contract = null, principal }) {
        described ??= describeFields(services.fields, services);
        const typical = once(() => services.ledger.typicalUses(onlyOf(principal)));
        return described
          .filter((field) => isIn(field, contract, services))
          .map((field) => ({ ...field, typical: async () => (await typical()).get(field.coordinate) ?? null }));
      },
    },
    AiField: {
      route: ({ route }, _, { principal }) =>
        usableRoutes(services.routes(), principal).some(({ name }) => name === route) ? route : null,
      source: async ({ source }, _, { principal }) => {
        if (source === null || services.fields.indexes.some(({ name }) => name === source)) return source;
        return (await services.retrieval.collections(principal)).some(({ name }) => name === source) ? source : null;
      },
      typical: ({ typical }) => typical(),
      scopes: ({ scopes }) => scopes?.map((all) => [...all]) ?? null,
    },
    AiTypicalUse: {
      answers: ({ uses }) => uses,
    },
    AiFieldCeiling: {
      calls: ({ calls = 1 }) => calls,
    },
  };
}

/** Whether the caller's graph has it: while there is none yet, the whole graph is taken to have all, and a contract nothing. */
function isIn({ typeName, fieldName }: FieldView, contract: string | null, { graph }: Services): boolean {
  const schema = graph(contract);
  if (schema === null) return contract === null;
  const type = schema.getType(typeName);
  return (isObjectType(type) || isInterfaceType(type)) && type.getFields()[fieldName] !== undefined;
}
