/**
 * The plan as the executor reads it: its requests, their order, and the places of their entities. The planner's package returns such objects. Its
 * own types are not used, because the package is optional and our types must compile without it.
 */

export interface QueryPlan {
  readonly kind: 'QueryPlan';
  readonly node?: PlanNode;
}

export type PlanNode =
  | FetchNode
  | BatchFetchNode
  | FlattenNode
  | { readonly kind: 'Sequence' | 'Parallel'; readonly nodes: readonly PlanNode[] }
  | { readonly kind: 'Condition'; readonly condition: string; readonly ifClause?: PlanNode; readonly elseClause?: PlanNode }
  | { readonly kind: 'Subscription'; readonly primary: FetchNode }
  | { readonly kind: 'Defer' };

interface Request {
  /** Value of `join__Graph` of the subgraph. */
  readonly serviceName: string;
  readonly operation: string;
  readonly operationKind?: 'query' | 'mutation' | 'subscription';
  readonly variableUsages?: readonly string[];
}

/** Requests root fields or, with `requires`, fields of the entities below one path. */
export interface FetchNode extends Request {
  readonly kind: 'Fetch';
  readonly requires?: readonly RequiresSelection[];
  readonly inputRewrites?: readonly Rewrite[];
  readonly outputRewrites?: readonly Rewrite[];
}

/** Requests fields of entities below several paths, each under an alias of `_entities`. */
export interface BatchFetchNode extends Request {
  readonly kind: 'BatchFetch';
  readonly entityBatch: { readonly aliases: readonly EntityAlias[] };
}

export interface EntityAlias {
  readonly alias: string;
  readonly representationsVariableName: string;
  readonly paths: readonly (readonly FlattenNodePathSegment[])[];
  readonly requires: readonly RequiresSelection[];
  readonly inputRewrites?: readonly Rewrite[];
  readonly outputRewrites?: readonly Rewrite[];
}

/** Requests the entities at the path. */
export interface FlattenNode {
  readonly kind: 'Flatten';
  readonly path: readonly FlattenNodePathSegment[];
  readonly node: PlanNode;
}

/** `@` stands for each item of a list. */
export type FlattenNodePathSegment = { readonly Field: string } | { readonly TypeCondition: readonly string[] } | '@';

export type FetchNodePathSegment = { readonly TypenameEquals: readonly string[] } | { readonly Key: string };

interface SetValue {
  readonly path: readonly FetchNodePathSegment[];
  readonly setValueTo: string;
}

/** A change of a representation before it is sent, or of an answer before it is read. */
export type Rewrite =
  | { readonly ValueSetter: SetValue }
  | { readonly KeyRenamer: { readonly path: readonly FetchNodePathSegment[]; readonly renameKeyTo: string } }
  | ({ readonly kind: 'ValueSetter' } & SetValue);

export type InputRewrite = Rewrite;
export type OutputRewrite = Rewrite;

/** The fields of an entity that its representation must contain. */
export type RequiresSelection =
  | { readonly kind: 'Field'; readonly name: string; readonly alias?: string; readonly selections?: readonly RequiresSelection[] }
  | {
      readonly kind: 'InlineFragment';
      readonly typeCondition: string;
      readonly selections: readonly RequiresSelection[];
      readonly skipIf?: string;
      readonly includeIf?: string;
    }
  | { readonly kind: 'FragmentSpread'; readonly value: string };
