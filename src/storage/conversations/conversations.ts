/**
 * Stores conversations: turns of what was asked and what was answered, for their owner alone, and which turn is being answered.
 *
 * A conversation is kept for so long after its last turn as the storage was told; one without a turn for a day. Times are milliseconds
 * since 1970, UTC. Whoever is not the owner is told what he is told of a conversation that there is not.
 */

export interface Conversations {
  /** False, and nothing is stored: the owner has so many that he must delete one first. */
  create(conversation: NewConversation): Promise<boolean>;
  find(id: string, owner: string): Promise<ConversationRecord | null>;
  /** Those of the owner, the one with the newest turn first. */
  list(owner: string, page: ConversationPage): Promise<readonly ConversationRecord[]>;
  /** Null: there is none. */
  rename(id: string, owner: string, title: string): Promise<ConversationRecord | null>;
  /** False: there was none. Its turns are gone with it, also the one that is being answered. */
  delete(id: string, owner: string): Promise<boolean>;
  /** Oldest first: the last so many before that place, or all from a place on. */
  turns(id: string, owner: string, page: TurnPage): Promise<readonly TurnRecord[]>;
  /** All turns, oldest first, without their texts; null: there is no such conversation. */
  outline(id: string, owner: string): Promise<readonly TurnOutline[] | null>;
  /**
   * Adds a turn that is being answered from now on. It takes the place of the last turn where that was answered by `replaces`, or where that one has
   * the same key and was not answered whole.
   */
  begin(turn: BegunTurn): Promise<TurnBegin>;
  /** Keeps what was answered. What cannot be stored now is stored later: resolves after the first try, and rejects never. */
  end(turn: EndedTurn): Promise<void>;
  /** Ends the turns of processes that died as failed. Returns how many. */
  recover(): Promise<number>;
  /** Deletes what has expired. */
  expire(now: number): Promise<void>;
  /** Stores what still waits to be stored. */
  close(): Promise<void>;
}

export interface NewConversation {
  readonly id: string;
  readonly owner: string;
  /** Null: the first turn gives it one. */
  readonly title: string | null;
  readonly now: number;
}

export interface ConversationRecord {
  readonly id: string;
  readonly owner: string;
  /** Null before the first turn, where it was given none. */
  readonly title: string | null;
  readonly createdAt: number;
  /** When its last turn began or ended, or it was named. */
  readonly updatedAt: number;
  readonly expiresAt: number;
  /** The completion that answers its last turn now; null: none does. */
  readonly running: string | null;
}

export interface ConversationPage {
  readonly first: number;
  /** The last of the page before. */
  readonly after: Pick<ConversationRecord, 'id' | 'updatedAt'> | null;
}

/** `before`: places below it; null: from the last one. `from`: all from that place on. */
export type TurnPage = { readonly last: number; readonly before: number | null } | { readonly from: number };

export type TurnStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface TurnOutline {
  readonly completionId: string;
  /** Its place, from 1 on. Places rise. */
  readonly place: number;
  readonly status: TurnStatus;
  /** Who speaks first in it: a tool where it goes on with the turn before. */
  readonly opensWith: 'user' | 'tool';
  /** Estimated tokens of what was asked and answered. */
  readonly tokens: number;
}

export interface TurnRecord extends TurnOutline {
  /** JSON text, as `begin` was given it. */
  readonly asked: string;
  /** JSON text, as `end` was given it; null: nothing was kept of the answer, or it has not ended. */
  readonly answer: string | null;
  readonly beganAt: number;
}

export interface BegunTurn {
  readonly conversation: string;
  readonly owner: string;
  readonly completionId: string;
  readonly asked: string;
  readonly askedTokens: number;
  readonly opensWith: TurnOutline['opensWith'];
  /** The idempotency key of the caller. */
  readonly key: string | null;
  /** Null: no turn. */
  readonly replaces: string | null;
  /** For a conversation that has no title yet. */
  readonly title: string;
  readonly now: number;
}

/**
 * `none`: there is no such conversation. `running`: its last turn is being answered. `used`: a turn that was answered, or is not the last,
 * has this key. `full`: it has as many turns, or as many bytes, as one may have.
 */
export type TurnBegin = { readonly outcome: 'begun'; readonly place: number } | { readonly outcome: 'none' | 'running' | 'used' | 'full' };

export interface EndedTurn {
  readonly conversation: string;
  readonly owner: string;
  readonly completionId: string;
  readonly status: Exclude<TurnStatus, 'RUNNING'>;
  readonly answer: string;
  readonly answerTokens: number;
  readonly now: number;
}

/** What one conversation, and one owner, may have; bytes as they are stored. */
export const conversationBounds = { turns: 1_000, bytes: 16 << 20, ofOwner: 10_000 } as const;
