/** Options of an engine beside the supergraph. */
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import type { Authorize } from '../authorization.ts';
import type { FetchOptions } from '../subgraphs/fetch.ts';
import type { JoinedGraph } from './join.ts';

export interface EngineOptions {
  /** Schemas of this process, by the URL (`local://ai`) or the name of their subgraph. */
  readonly local?: Readonly<Record<string, GraphQLSchema>>;
  readonly fetch?: FetchOptions;
  /** Decides about `@authenticated` and `@requiresScopes`. Without it, fields with these directives are refused to everybody. */
  readonly authorize?: Authorize;
  /** Labels of progressive `@override` that are on. Default: none. Percentages are not labels. */
  readonly overrideLabels?: readonly string[];
  /** Called with each document that the planner cannot plan, and that is stitched instead. */
  readonly onUnplanned?: (operation: UnplannedOperation) => void;
  /** Called with each operation that is stitched for that reason. */
  readonly onStitched?: () => void;
}

export interface UnplannedOperation {
  readonly operationName: string | null;
  readonly message: string;
  readonly cause: unknown;
}

/** Null: the subgraph is remote. */
export const localSchemaOf = ({ name, url }: JoinedGraph, { local = {} }: EngineOptions): GraphQLSchema | null =>
  local[url] ?? local[name] ?? null;

export const authorizeOf = ({ authorize }: EngineOptions): Authorize => authorize ?? (() => new GatewayError('UNAUTHENTICATED', noRule));

const noRule = 'This field is for callers with credentials, and this gateway was given no rule to judge them by.';
