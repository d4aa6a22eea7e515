import type { Message } from '../../core/request/request.ts';
import type { TurnOutline } from '../../storage/conversations/conversations.ts';
import type { AiConversationInput } from '../generated.ts';
import { refuse } from '../refuse.ts';
import type { Services } from '../services.ts';
import { type HistoryBound, historyMessages, isShown, keptTurns } from './model-history.ts';
import { answerIn, askedIn, partsOf } from './stored-turn.ts';

type Stores = Pick<Services, 'conversations'>;

export interface HistoryAsked extends HistoryBound {
  readonly conversation: string;
  readonly owner: string;
  /** Place of the turn that begins. Null: none has begun. */
  readonly below: number | null;
  /** The new messages. */
  readonly next: readonly Message[];
}

/** The part of a conversation that a model is shown. Empty when the conversation does not exist. */
export async function readHistory({ conversations }: Stores, asked: HistoryAsked): Promise<readonly Message[]> {
  const { conversation, owner, next } = asked;
  const below = asked.below ?? Number.POSITIVE_INFINITY;
  const outline = ((await conversations.outline(conversation, owner)) ?? []).filter(({ place }) => place < below);
  const { from, until } = keptTurns(outline, asked);
  if (from === null) return [];
  const turns = await conversations.turns(conversation, owner, { from });
  const shown = turns.filter(({ place, status }) => place <= until && isShown(status));
  return historyMessages(
    shown.map((turn) => {
      const state = answerIn(turn);
      return { asked: askedIn(turn), answered: state === null ? [] : partsOf(state) };
    }),
    next,
  );
}

/** Turns without their texts. Throws BAD_REQUEST, in the same words for another caller's conversation and for one that does not exist. */
export async function outlineOf({ id }: AiConversationInput, { conversations }: Stores, owner: string): Promise<readonly TurnOutline[]> {
  return (await conversations.outline(id, owner)) ?? refuse(noneWith(id));
}

export const noneWith = (id: string): string =>
  `You have no conversation "${id.slice(0, 80)}", or it is no longer kept. createAiConversation begins one.`;
