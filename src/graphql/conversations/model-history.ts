/**
 * What of a conversation a model is shown before the new messages.
 *
 * Turns that were answered, and what had come of those that were cancelled. Turns that failed are left out: what a guardrail refused would
 * refuse every turn after it. Where all is longer than there is room for, whole turns are left out, the oldest first; a turn that begins
 * with the results of tools is not shown without the one that called them.
 */
import type { ContentPart, Message } from '../../core/request/request.ts';
import type { TurnOutline, TurnStatus } from '../../storage/conversations/conversations.ts';

export interface HistoryBound {
  /** Number of tokens that the history may have. */
  readonly room: number;
  /** Completion of the last turn when another turn replaces it. Null: none is replaced. */
  readonly replaces: string | null;
}

export interface KeptTurns {
  /** Place of the first turn that the model is shown. Null: none is shown. */
  readonly from: number | null;
  /** Place of the last turn that the model is shown. */
  readonly until: number;
  /** Estimated tokens, at least those of {@link historyMessages}. */
  readonly tokens: number;
}

export const isShown = (status: TurnStatus): boolean => status === 'COMPLETED' || status === 'CANCELLED';

export function keptTurns(outline: readonly TurnOutline[], { room, replaces }: HistoryBound): KeptTurns {
  const stays = outline.at(-1)?.completionId === replaces ? outline.slice(0, -1) : outline;
  const shown = stays.filter(({ status }) => isShown(status));
  const until = shown.at(-1)?.place ?? 0;
  let kept: KeptTurns = { from: null, until, tokens: 0 };
  let tokens = 0;
  for (const { place, opensWith, tokens: more } of shown.toReversed()) {
    tokens += more;
    if (tokens > room) break;
    if (opensWith === 'user') kept = { from: place, until, tokens };
  }
  return kept;
}

export interface ShownTurn {
  readonly asked: readonly Message[];
  readonly answered: readonly ContentPart[];
}

/**
 * `next`: the new messages, which may contain results of tools that the last turn called. A call without a result and a result without a call are
 * left out.
 */
export function historyMessages(turns: readonly ShownTurn[], next: readonly Message[]): readonly Message[] {
  const all = turns.flatMap(({ asked, answered }): Message[] => [...asked, { role: 'assistant', content: answered }]);
  const called = new Set<string>();
  const resulted = new Set<string>();
  for (const { content } of [...all, ...next]) {
    for (const part of content) {
      if (part.type === 'tool-call') called.add(part.id);
      if (part.type === 'tool-result') resulted.add(part.callId);
    }
  }
  const isWhole = (part: ContentPart): boolean =>
    part.type === 'tool-call' ? resulted.has(part.id) : part.type === 'tool-result' ? called.has(part.callId) : true;
  return all.map(({ role, content }) => ({ role, content: content.filter(isWhole) })).filter(({ content }) => content.length > 0);
}

/** Puts the history behind the prompts of the operator and the caller, and before the new messages. */
export function withHistory(messages: readonly Message[], history: readonly Message[]): readonly Message[] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const at = first < 0 ? messages.length : first;
  return [...messages.slice(0, at), ...history, ...messages.slice(at)];
}
