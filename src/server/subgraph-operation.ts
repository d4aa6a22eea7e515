/** What the subgraph face is given, and what it hands to whoever opens operations. */
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql';
import type { GatewayError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';

/** One operation of the router's, or of a caller's that came past it. */
export interface SubgraphOperation {
  /** By lower-case name; of a WebSocket, those of its `connection_init` too. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fires when the caller leaves. */
  readonly signal: AbortSignal;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether it showed the router's secret. */
  readonly isRouter: boolean;
}

export interface OpenedOperation {
  /** What resolvers are handed. Never frozen. */
  readonly context: object;
  /** Called once, when the last result has been sent. */
  close(): void | Promise<void>;
}

export interface SubgraphOptions {
  /** A federation subgraph: `_service` and `_entities` included. */
  readonly schema: GraphQLSchema;
  readonly host: string;
  /** 0: a port that is free. */
  readonly port: number;
  /** Shown by the router in `x-router-secret` or as bearer token. Null: nobody may ask `_entities`. */
  readonly routerSecret: Secret | null;
  /** Makes the context of an operation, or throws a GatewayError that refuses it. */
  readonly openOperation: (operation: SubgraphOperation) => Promise<OpenedOperation>;
  readonly validationRules?: readonly ValidationRule[];
  readonly maxBodyBytes?: number;
  /** Told of what was masked, with its cause. */
  readonly onError?: (error: GatewayError) => void;
}

export function flatHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value.join(', ') : value;
      return typeof text === 'string' ? [[name.toLowerCase(), text]] : [];
    }),
  );
}
