/** The port of what administrators did: on which key, team, organisation or user, who, when and why. */

export type ChangeAction =
  | 'made'
  | 'changed'
  | 'rotated'
  | 'revoked'
  | 'archived'
  | 'restored'
  | 'member added'
  | 'member removed'
  | 'erased';

/** Null: there was none, there is none. Never a secret. */
export interface ChangedPart {
  /** Such as `budgets.month`. */
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface ChangeRecord {
  /** `key:<id>`, `team:<name>`, `organisation:<name>`, `user:<pseudonym>` or `token:<id>`. */
  readonly on: string;
  readonly at: number;
  /** Who did it, such as `key:3f9a` or `shell`. */
  readonly by: string;
  readonly action: ChangeAction;
  readonly parts: readonly ChangedPart[];
  /** In the words of who did it; null: none was given. */
  readonly reason: string | null;
}

/** As many as are kept of one key, team or organisation: the newest. */
export const maxKeptChanges = 100;

export interface Changes {
  /** `isLogged`: a log has it. Of one key, team or organisation the newest {@link maxKeptChanges} are kept. */
  note(change: ChangeRecord, isLogged: boolean): Promise<void>;
  /** The newest first. */
  of(on: string, first: number): Promise<readonly ChangeRecord[]>;
  /** Those that no log has, the oldest first. Each is given to one process, once, and kept no longer where it is of a user or a token. */
  takeUnlogged(max: number): Promise<readonly ChangeRecord[]>;
  /** Deletes what was done before. */
  deleteBefore(time: number): Promise<void>;
}
