/**
 * The field that a resolver stands for, as operations know it: a coordinate and paths, nothing of GraphQL's `info`.
 *
 * Before a resolver is called, a request has been through these files, in order:
 *
 *   server/                       HTTP or WebSocket -> an operation within its limits, with one AbortSignal
 *   access/authenticate.ts        headers -> Principal
 *   operations/open.ts            who asks, until when, on which Hold
 *   operations/admit.ts           what the whole operation can cost
 *   federation/                   operation -> the AI subgraph (or straight here, when the whole operation is ours)
 *   access/shield.ts, rules.ts    the field's scopes against the principal
 *   graphql/resolvers/            the field's arguments, through completion-request.ts and its kin -> ModelRequest
 *
 * From here it goes on to operations/field-call.ts, which makes the Call.
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { Asker as AskerOfOperation, AskingField } from '../../operations/field-call.ts';
import type { Services } from '../services.ts';

export interface Asker extends AskerOfOperation {
  readonly services: Services;
}

/** The paths are read after the operation has settled. Before that, the place of an entity in the response is not known. */
export const askingField = (
  services: Pick<Services, 'pathsOf'>,
  info: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName' | 'path'>,
): AskingField => ({
  coordinate: `${info.parentType.name}.${info.fieldName}`,
  paths: () => services.pathsOf(info)(),
});
