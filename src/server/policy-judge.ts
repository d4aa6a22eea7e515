/** Judges `@policy` by functions of the configuration, once per operation, before it runs. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Principal } from '../core/call/call.ts';
import { untilAborted } from '../core/turns/abort.ts';
import { policiesMet } from '../federation/policies.ts';
import type { OpenedOperation, OperationContext } from '../operations/context.ts';
import type { Log } from '../telemetry/log.ts';

/** What a policy may look at beside the principal. */
export interface PolicyContext {
  readonly operationName: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  /** Headers of the client, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fires when the operation is over. */
  readonly signal: AbortSignal;
}

/** Whether the principal may have what the policy guards. A policy that throws or rejects denies. */
export type Policy = (principal: Principal, context: PolicyContext) => boolean | Promise<boolean>;

export type Policies = Readonly<Record<string, Policy>>;

/** Null where no field of the operation has a policy. */
export type JudgePolicies = (context: OperationContext, schema: GraphQLSchema, document: DocumentNode) => Promise<void> | null;

const verdicts = new WeakMap<object, ReadonlySet<string>>();

/** Denies: a policy that was not judged for the operation does not hold. */
export const policyHolds =
  (context: unknown) =>
  (policy: string): boolean =>
    typeof context === 'object' && context !== null && verdicts.get(context)?.has(policy) === true;

export function policyJudge(policies: () => Policies, log: Pick<Log, 'warn'>): JudgePolicies {
  async function judged(name: string, { principal, headers, operation, signal }: OpenedOperation): Promise<boolean> {
    const all = policies();
    const policy = Object.hasOwn(all, name) ? all[name] : undefined;
    if (policy === undefined) return false;
    try {
      const context = { operationName: operation.name, client: operation.client, headers, signal };
      return (await untilAborted(Promise.resolve(policy(principal, context)), signal)) === true;
    } catch (err) {
      if (!signal.aborted) log.warn('a policy failed, and denies', { policy: name, err });
      return false;
    }
  }

  return (context, schema, document) => {
    const names = policiesMet(schema, document);
    if (names.length === 0) return null;
    return Promise.all(names.map(async (name) => ((await judged(name, context as OpenedOperation)) ? [name] : []))).then((held) => {
      verdicts.set(context, new Set(held.flat()));
    });
  };
}
