/** What everything that serves an operation is handed: who asks, until when, and the operation's account. */
import type { Call, Principal } from '../core/call/call.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import type { OperationHold } from './operation-hold.ts';
import type { OperationUsage } from './usage.ts';

/** One per operation, made before it runs. Never frozen: graphql-shield writes `_shield` on it. */
export interface OperationContext {
  readonly principal: Principal;
  /** Fires when the client leaves, the socket closes, or the operation's time is over. */
  readonly signal: AbortSignal;
  /** Fires also when the delivery alone is over: the caller's token expired, and what it began goes on. Default: `signal`. */
  readonly delivery?: AbortSignal;
  readonly operation: Call['operation'];
  /** Opened for the whole operation; released when its last result has been sent. */
  readonly hold: OperationHold;
  /** The source of `extensions.usage`. */
  readonly usage: OperationUsage;
  /** Name of the contract that the caller is held to, or asks by; null: the whole graph. Default: null. */
  readonly contract?: string | null;
  /** The `Last-Event-ID` of a client that resumes over SSE: the cursor that counts where `after` is not given. */
  readonly lastEventId?: string | null;
}

/** What the gateway keeps of an operation in addition to what resolvers are handed. */
export interface OpenedOperation extends OperationContext {
  /** Lets go of the lease on its principal's key. */
  readonly release: () => void;
  /** Its caller has shown other credentials on the same connection: its delivery goes on as long as those hold. */
  readonly renew: (principal: Principal) => void;
  /** The client's headers, by lower-case name: those on the allow-list go on to subgraphs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly answerHeaders: AnswerHeaders;
  /** The hooks that opened it: `follow-hooks.ts` writes and reads them. Null: hooks that stay the same. */
  openedBy: object | null;
}
