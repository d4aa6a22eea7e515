/** The port of ports: everything that lasts, and how it is opened. The configuration names one opener; `embedded()` is the default. */
import type { Changes } from './changes/changes.ts';
import type { Completions } from './completions/completions.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { Directory } from './directory/directory.ts';
import type { Erasure } from './erasure/erasure.ts';
import type { Identities } from './identities/identities.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Keys } from './keys/keys.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Limits } from './limits/limits.ts';
import type { Passages } from './passages/passages.ts';

/** Stores of two storages may be mixed, but for `ledger` and `limits`: what calls of dead processes cost is settled in the one and becomes rows of the other. */
export interface Storage {
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly keys: Keys;
  readonly directory: Directory;
  readonly identities: Identities;
  readonly completions: Completions;
  readonly conversations: Conversations;
  readonly passages: Passages;
  readonly jobs: Jobs;
  /** Default: what administrators do is in the log alone; what they do in the shell, on its standard error. */
  readonly changes?: Changes;
  /** Default: users cannot be erased. */
  readonly erasure?: Erasure;
  /** What keeps calls that cost from being made at the moment, in sentences; none: the stores answer and can be written. */
  problems(): Promise<readonly string[]>;
  /** Stores what waits, and lets go of everything. Idempotent. */
  close(): Promise<void>;
}

export interface OpenStorage {
  /** Where the configuration lies: relative paths begin there. */
  readonly folder: string;
  readonly now: () => number;
  /** Told of what an operator should know, in a sentence. */
  readonly warn: (sentence: string, cause?: unknown) => void;
}

/**
 * Opens the stores of a gateway. An implementation passes the suites in `test/contracts/`. What processes that died left behind is its own to
 * recover, at its opening and while it is open.
 */
export interface StorageOpener {
  /**
   * Where the gateway keeps files of this machine beside the stores (the development key, the last good graph); relative to the
   * configuration. Undefined: nowhere. Null: nowhere, and the stores are empty again at the next start.
   */
  readonly stateFolder?: string | null;
  /** What it cannot be opened with, in sentences for `fieldgate check`. */
  readonly mistakes?: readonly string[];
  /** Rejects in a sentence (BAD_REQUEST) where it cannot be opened. */
  open(options: OpenStorage): Promise<Storage>;
}
