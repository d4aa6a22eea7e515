/**
 * Puts a system prompt of the operator's before a conversation of the caller's. The caller can neither replace it nor have it shown: no
 * message of the gateway contains it. A model may still be talked into repeating it in its answer.
 */
import type { Message } from '../../core/request/request.ts';
import { refuse } from '../refuse.ts';
import type { RouteView } from '../services.ts';

export interface ServerPrompt {
  readonly system: string;
  /** Whose prompt it is, as words of a sentence: `the route "support"`. */
  readonly of: string;
}

/** Throws BAD_REQUEST for a SYSTEM message of the caller's where the route refuses those. */
export function behindSystem(messages: readonly Message[], { system, of }: ServerPrompt, { callerSystem }: RouteView): readonly Message[] {
  const own = messages.findIndex(({ role }) => role === 'system');
  if (own >= 0 && callerSystem === 'refuse')
    refuse(`messages[${own}] has the role SYSTEM, and ${of} has a system prompt of its own. Send messages of the other roles alone.`);
  return [{ role: 'system', content: [{ type: 'text', text: system }] }, ...messages];
}
