/**
 * Stores conversations: their turns (what was asked, what was answered) and which turn is being answered. Only the owner can read one.
 *
 * A conversation is kept after its last turn for the time that the storage was given; without a turn, for a day. Times are milliseconds since 1970,
 * UTC. A caller who is not the owner gets the same answer as for a conversation that does not exist.
 */

export interface Conversations {
  /** Returns false and stores nothing when the owner has the maximum number of conversations. */
  create(conversation: NewConversation): Promise<boolean>;
  find(id: string, owner: string): Promise<ConversationRecord | null>;
  /** The owner's conversations, the one with the newest turn first. */
  list(owner: string, page: ConversationPage): Promise<readonly ConversationRecord[]>;
  /** Returns null when the owner has no such conversation. */
  rename(id: string, owner: string, title: string): Promise<ConversationRecord | null>;
  /** Returns false when the owner has no such conversation. All turns are deleted with it, also the one that is being answered. */
  delete(id: string, owner: string): Promise<boolean>;
  /** A page of turns, oldest first: the last ones before a place, or all from a place on. */
  turns(id: string, owner: string, page: TurnPage): Promise<readonly TurnRecord[]>;
  /** All turns without their texts, oldest first. Null when there is no such conversation. */
  outline(id: string, owner: string): Promise<readonly TurnOutline[] | null>;
  /**
   * Adds a turn that is being answered from now on. The turn replaces the last one if `replaces` names the completion of that one, or if that one
   * has the same key and was not answered completely.
   */
  begin(turn: BegunTurn): Promise<TurnBegin>;
  /** Stores the answer of a turn. A write that the database refuses is repeated later. Resolves after the first try and never rejects. */
  end(turn: EndedTurn): Promise<void>;
  /** Marks the unfinished turns of processes that died as failed. Returns their number. */
  recover(): Promise<number>;
  /** Deletes what has expired. */
  expire(now: number): Promise<void>;
  /** Repeats the writes that were refused before. */
  close(): Promise<void>;
}

export interface NewConversation {
  readonly id: string;
  readonly owner: string;
  /** Null: the first turn gives the conversation a title. */
  readonly title: string | null;
  readonly now: number;
}

export interface ConversationRecord {
  readonly id: string;
  readonly owner: string;
  /** Null before the first turn of a conversation that was created without a title. */
  readonly title: string | null;
  readonly createdAt: number;
  /** When the last turn began or ended, or the title changed. */
  readonly updatedAt: number;
  readonly expiresAt: number;
  /** Id of the completion that answers the last turn now. Null when none is running. */
  readonly running: string | null;
}

export interface ConversationPage {
  readonly first: number;
  /** The last conversation of the page before. */
  readonly after: Pick<ConversationRecord, 'id' | 'updatedAt'> | null;
}

/** `before`: only turns with a smaller place; null: the newest turns. `from`: all turns from that place on. */
export type TurnPage = { readonly last: number; readonly before: number | null } | { readonly from: number };

export type TurnStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface TurnOutline {
  readonly completionId: string;
  /** Place of the turn in the conversation. The first is 1, and places only rise. */
  readonly place: number;
  readonly status: TurnStatus;
  /** Who speaks first in the turn. `tool`: the turn continues the one before with the results of its tools. */
  readonly opensWith: 'user' | 'tool';
  /** Estimated tokens of the question and the answer. */
  readonly tokens: number;
}

export interface TurnRecord extends TurnOutline {
  /** JSON text that was given to `begin`. */
  readonly asked: string;
  /** JSON text that was given to `end`. Null while the turn is being answered, and when nothing of the answer was kept. */
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
  /** The caller's idempotency key. */
  readonly key: string | null;
  /** Id of the completion whose turn is replaced. Null: the turn is added. */
  readonly replaces: string | null;
  /** Title for a conversation that has none yet. */
  readonly title: string;
  readonly now: number;
}

/**
 * `none`: there is no such conversation. `running`: the last turn is being answered. `used`: another turn has this key, and that turn was answered
 * or is not the last one. `full`: the conversation has the maximum number of turns or bytes.
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

/** Maximum per conversation, and per owner. Bytes are counted as stored. */
export const conversationBounds = { turns: 1_000, bytes: 16 << 20, ofOwner: 10_000 } as const;
