/**
 * Decides who answers a field under progressive `@override`: the new subgraph or the one it takes over from.
 *
 * `percent(x)` is drawn once per operation, so that all subgraphs and all fields agree. The library draws again at every
 * question, and one field then has two owners or none. Every other label is off until the configuration turns it on.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

/** The library keeps what begins with `percent(` to itself. */
const drawnPrefix = 'drawn:';
const percentLabel = /^percent\((\d+(?:\.\d+)?)\)$/;

/** The supergraph with its percentages under labels that the library asks us about. */
export function withDrawnPercentages(supergraph: DocumentNode): DocumentNode {
  const relabelled = (directive: ConstDirectiveNode): ConstDirectiveNode => ({
    ...directive,
    arguments: (directive.arguments ?? []).map((argument) =>
      argument.name.value === 'overrideLabel' && argument.value.kind === Kind.STRING && percentLabel.test(argument.value.value)
        ? { ...argument, value: { ...argument.value, value: `${drawnPrefix}${argument.value.value}` } }
        : argument,
    ),
  });
  return visit(supergraph, {
    FieldDefinition: (field) => ({
      ...field,
      directives: (field.directives ?? []).map((directive) => (directive.name.value === 'join__field' ? relabelled(directive) : directive)),
    }),
  });
}

export interface OverrideOptions {
  /** Labels that are on: their fields are answered by the new subgraph. */
  readonly labels: readonly string[];
  readonly random?: () => number;
}

/** Whether the new subgraph answers, for this operation. `context`: one object per operation. */
export function overrideJudge({ labels, random = Math.random }: OverrideOptions): (label: string, context: unknown) => boolean {
  const on = new Set(labels);
  const draws = new WeakMap<object, number>();
  const drawOf = (context: unknown): number => {
    if (typeof context !== 'object' || context === null) return 0;
    const known = draws.get(context);
    if (known !== undefined) return known;
    const draw = random() * 100;
    draws.set(context, draw);
    return draw;
  };
  return (label, context) => {
    const [, percent] = percentLabel.exec(label.startsWith(drawnPrefix) ? label.slice(drawnPrefix.length) : '') ?? [];
    return percent === undefined ? on.has(label) : drawOf(context) < Number(percent);
  };
}
