/**
 * Puts the operator's system prompt before a caller's conversation. The caller can neither replace nor read it: no message of the gateway contains
 * it. A model may still be talked into repeating it in its answer.
 */
import type { Message } from '../../core/request/request.ts';
import { refuse } from '../refuse.ts';
import type { RouteView } from '../services.ts';

export interface ServerPrompt {
  readonly system: string;
  /** Whose prompt it is, as part of a sentence: `the route "support"`. */
  readonly of: string;
}

/** Throws BAD_REQUEST when the caller sends a SYSTEM message and the route refuses those. */
export function behindSystem(messages: readonly Message[], { system, of }: ServerPrompt, { callerSystem }: RouteView): readonly Message[] {
  const own = messages.findIndex(({ role }) => role === 'system');
  if (own >= 0 && callerSystem === 'refuse')
    refuse(`messages[${own}] has the role SYSTEM, and ${of} has a system prompt of its own. Send messages of the other roles alone.`);
  return [{ role: 'system', content: [{ type: 'text', text: system }] }, ...messages];
}
