/** The life of an operation between server and schema: opened for its principal, admitted by its cost, closed. */

import type { Authenticate } from '../access/authenticate.ts';
import type { NanoUsd } from '../core/money.ts';
import type { OperationContext } from '../graphql/context.ts';
import { type OperationHold, operationHold } from '../graphql/operation-hold.ts';
import { operationUsage } from '../graphql/operation-usage.ts';
import type { OperationHooks } from '../server/operation.ts';
import type { Limits } from '../storage/limits.ts';
import type { Admission } from './admission.ts';

/** What the gateway keeps of an operation beside what resolvers are handed. */
export interface GatewayContext extends OperationContext {
  readonly hold: OperationHold;
  /** The client's, by lower-case name: those on the allow-list go on to subgraphs. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that sends it with the value `only` gets what the operation can cost, and nothing runs. */
const quoteHeader = 'x-fieldgate-quote';

export interface OperationParts {
  readonly authenticate: Authenticate;
  readonly limits: Pick<Limits, 'hold'>;
  readonly admission: Admission;
  /** What one operation may cost; null: no more than its budgets. */
  readonly mostPerOperation: NanoUsd | null;
}

export function operationHooks({ authenticate, limits, admission, mostPerOperation }: OperationParts): OperationHooks {
  return {
    authenticate,
    async openOperation({ authorization, client, headers, operationName, documentId, lastEventId, signal }) {
      const principal = await authenticate({ authorization });
      const context: GatewayContext = {
        principal,
        signal,
        headers,
        operation: { name: operationName, client, documentId },
        hold: operationHold(limits, principal.limits, mostPerOperation),
        usage: operationUsage(),
        lastEventId,
      };
      return context;
    },
    admitOperation(context, operation) {
      const { hold, headers } = context as GatewayContext;
      return admission.admit(operation, { hold, quoteOnly: headers[quoteHeader] === 'only' });
    },
    closeOperation: (context) => context.hold.release(),
  };
}

/** A context of the gateway itself, for what no client asked. */
export function ownContext(principal: OperationContext['principal'], limits: Pick<Limits, 'hold'>, signal: AbortSignal): GatewayContext {
  return {
    principal,
    signal,
    headers: {},
    operation: { name: null, client: null, documentId: null },
    hold: operationHold(limits, principal.limits),
    usage: operationUsage(),
  };
}
