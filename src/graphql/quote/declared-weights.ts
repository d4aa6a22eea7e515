/** Reads the weights of the cost specification (`@cost`, `@listSize`) from the supergraph, to count what an operation demands of subgraphs. */
import { type ConstDirectiveNode, type DocumentNode, Kind, parse, type TypeNode, valueFromASTUntyped } from 'graphql';
import type { ArgumentWeight, DemandRules } from '../../pricing/demand.ts';

/** Weight of a mutation, in addition to the value that it returns. */
const mutationWeight = 10;

interface Weights {
  readonly ofFields: ReadonlyMap<string, number>;
  readonly ofArguments: ReadonlyMap<string, ReadonlyMap<string, ArgumentWeight>>;
  readonly slicing: ReadonlyMap<string, readonly string[]>;
}

const nothing: Weights = { ofFields: new Map(), ofArguments: new Map(), slicing: new Map() };
const noArguments: ReadonlyMap<string, ArgumentWeight> = new Map();

/** Weights of the supergraph that is served now. Without a supergraph all weights are 0. */
export function demandRulesOf(
  graph: { supergraphSdl(): string | null },
  lists: Pick<DemandRules, 'listSizeOf' | 'assumedListSize'>,
): DemandRules {
  let read: { readonly sdl: string; readonly weights: Weights } | null = null;
  const weights = (): Weights => {
    const sdl = graph.supergraphSdl();
    if (sdl === null) return nothing;
    if (read?.sdl !== sdl) read = { sdl, weights: weightsIn(sdl) };
    return read.weights;
  };
  return {
    ...lists,
    weightOf: (coordinate) => weights().ofFields.get(coordinate) ?? 0,
    argumentWeightsOf: (coordinate) => weights().ofArguments.get(coordinate) ?? noArguments,
    slicingArgumentsOf: (coordinate) => weights().slicing.get(coordinate) ?? [],
  };
}

function weightsIn(supergraphSdl: string): Weights {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = costNames(document);
  const costOf = (node: Annotated): number | null => {
    const weight = Number(argumentsOf(node.directives?.find(isNamed('cost', names)))['weight']);
    return Number.isFinite(weight) ? weight : null;
  };
  const ofTypes = new Map(
    document.definitions.flatMap((definition): [string, number][] => {
      if (!('name' in definition) || definition.name === undefined || !definition.kind.endsWith('TypeDefinition')) return [];
      return [[definition.name.value, costOf(definition as Annotated) ?? (composite.has(definition.kind) ? 1 : 0)]];
    }),
  );
  const ofFields = new Map<string, number>();
  const ofArguments = new Map<string, ReadonlyMap<string, ArgumentWeight>>();
  const ofInputs = inputWeights(document, costOf);
  const slicing = new Map<string, readonly string[]>();
  const mutation = rootNamed(document, 'mutation');
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const coordinate = `${definition.name.value}.${field.name.value}`;
      const weight = (costOf(field) ?? ofTypes.get(namedType(field.type)) ?? 0) + (definition.name.value === mutation ? mutationWeight : 0);
      if (weight !== 0) ofFields.set(coordinate, weight);
      const weighed = (field.arguments ?? []).flatMap((argument): [string, ArgumentWeight][] => {
        const own = costOf(argument) ?? 0;
        const ofFields = ofInputs(namedType(argument.type));
        return own === 0 && ofFields === null ? [] : [[argument.name.value, { own, ofFields }]];
      });
      if (weighed.length > 0) ofArguments.set(coordinate, new Map(weighed));
      const { slicingArguments, requireOneSlicingArgument = true } = argumentsOf(field.directives?.find(isNamed('listSize', names)));
      if (Array.isArray(slicingArguments) && slicingArguments.length > 0 && requireOneSlicingArgument !== false)
        slicing.set(coordinate, slicingArguments.map(String));
    }
  }
  return { ofFields, ofArguments, slicing };
}

type WeighInput = (value: unknown) => number;

/** Weights of the fields of an argument's type, nested ones included. Null: none of them has a weight. */
function inputWeights({ definitions }: DocumentNode, costOf: (node: Annotated) => number | null): (typeName: string) => WeighInput | null {
  const inputs = new Map(
    definitions.flatMap((one) => {
      if (one.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return [];
      const fields = (one.fields ?? []).map(
        (field) => [field.name.value, { own: costOf(field) ?? 0, type: namedType(field.type) }] as const,
      );
      return [[one.name.value, new Map(fields)] as const];
    }),
  );
  const hasWeight = (typeName: string, entered: ReadonlySet<string>): boolean =>
    [...(inputs.get(typeName)?.values() ?? [])].some(
      ({ own, type }) => own !== 0 || (!entered.has(type) && hasWeight(type, new Set([...entered, type]))),
    );
  const weigh = (typeName: string, value: unknown): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + weigh(typeName, item), 0);
    const fields = inputs.get(typeName);
    if (fields === undefined || typeof value !== 'object' || value === null) return 0;
    let total = 0;
    for (const [name, inner] of Object.entries(value)) {
      const field = fields.get(name);
      if (field !== undefined && inner !== null && inner !== undefined) total += field.own + weigh(field.type, inner);
    }
    return total;
  };
  return (typeName) => (hasWeight(typeName, new Set([typeName])) ? (value) => weigh(typeName, value) : null);
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };

const composite: ReadonlySet<string> = new Set([Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION, Kind.UNION_TYPE_DEFINITION]);

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

function argumentsOf(directive: ConstDirectiveNode | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries((directive?.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

function rootNamed({ definitions }: DocumentNode, operation: string): string | null {
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  return schema?.operationTypes.find((type) => type.operation === operation)?.type.name.value ?? null;
}

/** Names that the supergraph gives to the directives of the cost specification, by their names in the specification. */
export function costNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const { url, import: imports } = argumentsOf(link);
      if (link.name.value !== 'link' || !String(url).startsWith('https://specs.apollo.dev/cost/') || !Array.isArray(imports)) continue;
      for (const one of imports as readonly unknown[]) {
        const { name, as } = (typeof one === 'object' && one !== null ? one : {}) as { readonly name?: unknown; readonly as?: unknown };
        if (typeof name === 'string' && typeof as === 'string') names.set(name.replace(/^@/, ''), as.replace(/^@/, ''));
      }
    }
  }
  return names;
}

export const isNamed =
  (directive: string, names: ReadonlyMap<string, string>) =>
  ({ name }: ConstDirectiveNode): boolean =>
    name.value === (names.get(directive) ?? directive) || name.value.endsWith(`__${directive}`);
