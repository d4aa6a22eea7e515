/** Asks remote subgraphs on behalf of an operation: with its client's headers, until its signal fires, and for what its principal may have. */
import { refusal } from '../access/rules.ts';
import { tenantOf } from '../core/call/call.ts';
import type { Authorize } from '../federation/authorization.ts';
import type { FetchOptions } from '../federation/subgraphs/fetch.ts';
import type { OpenedOperation } from '../operations/context.ts';

type AskedForOperation = Required<Pick<FetchOptions, 'clientHeaders' | 'signal' | 'caller' | 'onAnswerHeaders'>>;

export const askForOperation: AskedForOperation = {
  clientHeaders: (context) => (context as OpenedOperation).headers,
  signal: (context) => (context as OpenedOperation).signal,
  /** Callers without a key cannot be told apart by their principal. */
  caller(context) {
    const { principal } = context as OpenedOperation;
    return principal.kind === 'anonymous' ? null : tenantOf(principal);
  },
  onAnswerHeaders: (headers, context) => (context as OpenedOperation).answerHeaders.add(headers),
};

export const authorizeField: Authorize = (context, { coordinate, authenticated, scopes }) => {
  const { principal } = context as OpenedOperation;
  const rules = [...(authenticated ? [{ scopes: null }] : []), ...scopes.map((alternatives) => ({ scopes: alternatives }))];
  return rules.map((rule) => refusal(coordinate, rule, principal)).find((refused) => refused !== null) ?? null;
};
