/** Parses `@join__field` as a composer writes it. */
import { type ConstArgumentNode, type ConstDirectiveNode, type ConstValueNode, Kind } from 'graphql';

export interface JoinField {
  /** Value of the enum `join__Graph`. */
  readonly graph: string;
  readonly external?: boolean;
  readonly provides?: string | null;
  /** Type of the field in this subgraph, when it differs from the supergraph's. */
  readonly type?: string | null;
}

export function joinField({ graph, external = false, provides = null, type = null }: JoinField): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: named('join__field'),
    arguments: [
      argument('graph', { kind: Kind.ENUM, value: graph }),
      ...(type === null ? [] : [argument('type', { kind: Kind.STRING, value: type })]),
      ...(external ? [argument('external', { kind: Kind.BOOLEAN, value: true })] : []),
      ...(provides === null ? [] : [argument('provides', { kind: Kind.STRING, value: provides })]),
    ],
  };
}

const named = (value: string) => ({ kind: Kind.NAME, value }) as const;

const argument = (name: string, value: ConstValueNode): ConstArgumentNode => ({ kind: Kind.ARGUMENT, name: named(name), value });
