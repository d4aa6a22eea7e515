/**
 * Writes to the log what administrators do, one line each: what they do in this process at once, and what they did in the shell a moment
 * later or at the next start. The lines name users by their pseudonyms, and no secret.
 */
import type { NoteChange } from '../../access/changes/change-notes.ts';
import type { ChangeRecord, Changes } from '../../storage/changes/changes.ts';
import type { Log } from '../../telemetry/log.ts';

export interface ChangeLog {
  readonly note: NoteChange;
  start(): void;
  /** Ends when nothing is under way. */
  stop(): Promise<void>;
}

export interface ChangeLogOptions {
  /** Undefined: the storage of the operator has none. */
  readonly changes: Changes | undefined;
  readonly log: Log;
  readonly lookEveryMs?: number;
}

const usuallyLookEveryMs = 2_000;
const atOnce = 100;

/** Of users and tokens there is no list of changes. */
const kept = /^(?:key|team|organisation):/;

export function changeLog({ changes, log, lookEveryMs = usuallyLookEveryMs }: ChangeLogOptions): ChangeLog {
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> = Promise.resolve();
  let isFailing = false;

  /** What was done in the shell. */
  async function look(from: Changes): Promise<void> {
    try {
      for (let taken = atOnce; taken === atOnce; ) {
        const some = await from.takeUnlogged(atOnce);
        for (const change of some) logChange(log, change);
        taken = some.length;
      }
      isFailing = false;
    } catch (err) {
      if (!isFailing) log.warn('what was done in the shell could not be read: it is tried again', { err });
      isFailing = true;
    }
  }

  return {
    async note(change) {
      logChange(log, change);
      if (!kept.test(change.on)) return;
      await changes?.note(change, true).catch((err: unknown) => {
        log.warn('a change was made, and is not in the list of changes', { on: change.on, err });
      });
    },
    start() {
      if (changes === undefined || timer !== null) return;
      const lookAgain = (): void => {
        looking = looking.then(() => look(changes));
      };
      timer = setInterval(lookAgain, lookEveryMs).unref();
      lookAgain();
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      await looking;
    },
  };
}

export function logChange(log: Pick<Log, 'info'>, { on, at, by, action, parts, reason }: ChangeRecord): void {
  log.info('administration', { action, on, by, at: new Date(at).toISOString(), parts, ...(reason === null ? {} : { reason }) });
}
