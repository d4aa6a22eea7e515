/** What every resolver is handed: who asks, on whose behalf, until when, and the account of the operation. */
import type { Call, Principal } from '../core/call/call.ts';
import type { Hold } from '../core/call/hold.ts';
import type { OperationUsage } from './usage.ts';

/** One per operation, made by `server/` before execution. Never frozen: graphql-shield writes `_shield` on it. */
export interface OperationContext {
  readonly principal: Principal;
  /** Fires when the client leaves, the socket closes, or the operation's time is over. */
  readonly signal: AbortSignal;
  readonly operation: Call['operation'];
  /** Opened for the whole operation; released when its last result has been sent. */
  readonly hold: Hold;
  /** What `extensions.usage` will say. */
  readonly usage: OperationUsage;
  /** The `Last-Event-ID` of a client that resumes over SSE: the cursor that counts where `after` is not given. */
  readonly lastEventId?: string | null;
}
