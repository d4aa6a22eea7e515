/** What an engine is given beside the supergraph. */
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import type { Authorize } from '../authorization.ts';
import type { FetchOptions } from '../subgraphs/fetch.ts';
import type { JoinedGraph } from './join.ts';

export interface EngineOptions {
  /** Schemas of this process, by the URL (`local://ai`) or the name of their subgraph. */
  readonly local?: Readonly<Record<string, GraphQLSchema>>;
  readonly fetch?: FetchOptions;
  /** Judges `@authenticated` and `@requiresScopes`. Without it what they guard is refused to everybody. */
  readonly authorize?: Authorize;
  /** Labels of progressive `@override` that are on. Default: none; percentages need none. */
  readonly overrideLabels?: readonly string[];
  /** Told of each document that the planner fails at: it is stitched. */
  readonly onUnplanned?: (operation: UnplannedOperation) => void;
  /** Told of each operation that is stitched because of that. */
  readonly onStitched?: () => void;
}

export interface UnplannedOperation {
  readonly operationName: string | null;
  readonly message: string;
  readonly cause: unknown;
}

/** Null: the subgraph is a remote one. */
export const localSchemaOf = ({ name, url }: JoinedGraph, { local = {} }: EngineOptions): GraphQLSchema | null =>
  local[url] ?? local[name] ?? null;

export const authorizeOf = ({ authorize }: EngineOptions): Authorize => authorize ?? (() => new GatewayError('UNAUTHENTICATED', noRule));

const noRule = 'This field is for callers with credentials, and this gateway was given no rule to judge them by.';
