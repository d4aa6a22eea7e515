/**
 * Shows errors to the caller: as a member of a result union where the schema has one, otherwise as a GraphQL error with a
 * code. An error that is not a GatewayError is our own fault: it is masked as INTERNAL, and only the log has its cause.
 */
import { GraphQLError } from 'graphql';
import { ownLimits, type Principal } from '../core/call/call.ts';
import type { AttemptSummary } from '../core/errors.ts';
import { asGatewayError, errorTable, GatewayError } from '../core/errors.ts';
import type { BudgetState } from '../storage/limits/limits.ts';
import type { FailureCode, GuardedSide } from './generated.ts';
import type { Services } from './services.ts';

interface FailureBase {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly errorId: string;
}

export type FailureView =
  | (FailureBase & { readonly __typename: 'BudgetExceeded'; readonly budget: BudgetState })
  | (FailureBase & { readonly __typename: 'RateLimited'; readonly limit: string })
  | (FailureBase & { readonly __typename: 'GuardrailBlocked'; readonly guardrail: string; readonly on: GuardedSide })
  | (FailureBase & { readonly __typename: 'ModelUnavailable'; readonly attempts: readonly AttemptSummary[] })
  | (FailureBase & {
      readonly __typename: 'InvalidOutput';
      readonly issues: readonly { readonly path: string; readonly message: string }[];
    })
  | (FailureBase & { readonly __typename: 'OtherFailure' });

export type FailureName = FailureView['__typename'];
type Only<Name extends FailureName> = Extract<FailureView, { readonly __typename: Name | 'OtherFailure' }>;

/** A failure has the name of its type. A value without one is the answer of the union. */
export const memberType =
  <Answer extends string>(answer: Answer) =>
  <Name extends string>(value: object & { readonly __typename?: Name }): Answer | Name =>
    value.__typename ?? answer;

/** Every code that the schema knows. Any other code becomes OTHER. */
const failureCodes: Readonly<Record<FailureCode, true>> = {
  BAD_REQUEST: true,
  FORBIDDEN: true,
  UNAUTHENTICATED: true,
  COST_LIMIT_EXCEEDED: true,
  BUDGET_EXCEEDED: true,
  RATE_LIMITED: true,
  CONCURRENCY_LIMITED: true,
  GUARDRAIL_BLOCKED: true,
  CONTEXT_TOO_LONG: true,
  MODEL_UNAVAILABLE: true,
  SUBGRAPH_UNAVAILABLE: true,
  INVALID_OUTPUT: true,
  TIMEOUT: true,
  STREAM_STALLED: true,
  CANCELLED: true,
  UNPRICED: true,
  IDEMPOTENCY_CONFLICT: true,
  RESUME_EXPIRED: true,
  INTERNAL: true,
  OTHER: true,
};

export const allFailures = [
  'BudgetExceeded',
  'RateLimited',
  'GuardrailBlocked',
  'ModelUnavailable',
  'InvalidOutput',
  'OtherFailure',
] as const;

const maxInt = 2 ** 31 - 1;
const shortened = (ms: number | undefined): number | null => (ms === undefined ? null : Math.min(maxInt, Math.max(0, Math.ceil(ms))));

/** The error as data: a member of the union, or OtherFailure. */
export function failureAsData<Name extends FailureName>(
  error: unknown,
  members: readonly Name[],
  services: Services,
  principal: Principal,
): Promise<Only<Name>> {
  return failureOf(asGatewayError(error), members, services, principal);
}

/** The error as data. */
export async function failureOf<Name extends FailureName>(
  error: GatewayError,
  members: readonly Name[],
  services: Services,
  principal: Principal,
): Promise<Only<Name>> {
  services.failed(error);
  const view = await viewOf(error, services, principal);
  const members_: readonly FailureName[] = members;
  const fitting: FailureView = members_.includes(view.__typename) ? view : { ...baseOf(error), __typename: 'OtherFailure' };
  return fitting as Only<Name>;
}

function baseOf(error: GatewayError): FailureBase {
  return {
    code: Object.hasOwn(failureCodes, error.code) ? (error.code as FailureCode) : 'OTHER',
    message: error.message,
    retryable: error.retryable,
    retryAfterMs: shortened(error.details.retryAfterMs),
    errorId: error.errorId,
  };
}

async function viewOf(error: GatewayError, services: Services, principal: Principal): Promise<FailureView> {
  const base = baseOf(error);
  const { limit, per, guardrail, on, attempts, issues } = error.details;
  if (error.code === 'BUDGET_EXCEEDED') {
    const budgets = await services.limits.budgets(ownLimits(principal)).catch(() => []);
    const ofName = budgets.filter(({ name }) => name === limit);
    const budget = ofName.find((one) => one.per === per) ?? ofName[0];
    if (budget !== undefined) {
      const retryAfterMs = base.retryAfterMs ?? (budget.resetsAt === null ? null : shortened(budget.resetsAt - services.now()));
      return { ...base, __typename: 'BudgetExceeded', retryAfterMs, budget };
    }
  }
  if ((error.code === 'RATE_LIMITED' || error.code === 'CONCURRENCY_LIMITED') && limit !== undefined) {
    return { ...base, __typename: 'RateLimited', limit };
  }
  if (error.code === 'GUARDRAIL_BLOCKED' && guardrail !== undefined) {
    const side = on === undefined ? 'OTHER' : on === 'input' ? 'INPUT' : 'OUTPUT';
    return { ...base, __typename: 'GuardrailBlocked', guardrail, on: side };
  }
  if (error.code === 'MODEL_UNAVAILABLE') return { ...base, __typename: 'ModelUnavailable', attempts: attempts ?? [] };
  if (error.code === 'INVALID_OUTPUT') return { ...base, __typename: 'InvalidOutput', issues: issues ?? [] };
  return { ...base, __typename: 'OtherFailure' };
}

/** Adds `extensions { code, errorId, retryable, retryAfterMs, documentPlace }`. `at` gives the error its place in the response. */
export function graphqlErrorOf(error: GatewayError, at: Pick<GraphQLError, 'nodes' | 'path'> | null = null): GraphQLError {
  const retryAfterMs = shortened(error.details.retryAfterMs);
  const { documentPlace } = error.details;
  return new GraphQLError(error.message, {
    originalError: error,
    nodes: at?.nodes ?? null,
    path: at?.path ?? null,
    extensions: {
      code: error.code,
      errorId: error.errorId,
      retryable: error.retryable,
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
      ...(documentPlace === undefined ? {} : { documentPlace }),
    },
  });
}

const rootOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError !== undefined ? rootOf(error.originalError) : error;

/**
 * Turns any error into one that the caller may see. Errors of GraphQL itself (syntax, validation, variables) become BAD_REQUEST, ours keep their
 * codes, and every other error becomes INTERNAL. `log` gets each error, so the log knows the errorId. A stack is never shown.
 */
export function maskError(error: unknown, log: (error: GatewayError) => void): GraphQLError {
  const root = rootOf(error);
  const at = error instanceof GraphQLError ? error : null;
  if (root instanceof GraphQLError) {
    const code = root.extensions['code'];
    const isCoded = typeof code === 'string' && typeof root.extensions['errorId'] === 'string';
    if (isCoded && (code in errorTable || typeof root.extensions['subgraph'] === 'string')) {
      return new GraphQLError(root.message, { nodes: at?.nodes ?? null, path: at?.path ?? null, extensions: root.extensions });
    }
    // An error of a field without a place in the document is about a value that a resolver or a subgraph returned.
    if (root.nodes !== undefined || at?.path === undefined) {
      const refused = new GatewayError('BAD_REQUEST', root.message);
      log(refused);
      return graphqlErrorOf(refused, at);
    }
  }
  const known = asGatewayError(root);
  log(known);
  return graphqlErrorOf(known, at);
}
