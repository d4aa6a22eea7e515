/**
 * Asks remote subgraphs on behalf of an operation: with its client's headers, until its signal fires, and for what its principal may have.
 */
import { refusal } from '../access/rules.ts';
import { tenantOf } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Authorize } from '../federation/authorization.ts';
import { policiesHold } from '../federation/policies.ts';
import type { FetchOptions } from '../federation/subgraphs/fetch.ts';
import type { OpenedOperation } from '../operations/context.ts';
import { policyHolds } from './policy-judge.ts';

type AskedForOperation = Required<Pick<FetchOptions, 'clientHeaders' | 'signal' | 'caller' | 'onAnswerHeaders'>>;

export const askForOperation: AskedForOperation = {
  clientHeaders: (context) => (context as OpenedOperation).headers,
  signal: (context) => (context as OpenedOperation).signal,
  /** Callers without a key share one principal, so it cannot tell them apart. */
  caller(context) {
    const { principal } = context as OpenedOperation;
    return principal.kind === 'anonymous' ? null : tenantOf(principal);
  },
  onAnswerHeaders: (headers, context) => (context as OpenedOperation).answerHeaders.add(headers),
};

export const authorizeField: Authorize = (context, requirement) => {
  const { coordinate, authenticated, scopes } = requirement;
  const { principal } = context as OpenedOperation;
  const rules = [...(authenticated ? [{ scopes: null }] : []), ...scopes.map((alternatives) => ({ scopes: alternatives }))];
  const refused = rules.map((rule) => refusal(coordinate, rule, principal)).find((one) => one !== null) ?? null;
  if (refused !== null || policiesHold(requirement, policyHolds(context))) return refused;
  return new GatewayError('FORBIDDEN', `${coordinate} is under a policy of its subgraph, which does not let you have it.`);
};
