/** A storage that is not ours: keys, teams, completions, conversations and jobs in Maps. Money and passages are those of the embedded storage in memory: a storage may be mixed. */
import { embedded } from '../../src/config/embedded-storage.ts';
import type { Storage, StorageOpener } from '../../src/storage/storage.ts';
import { mapCompletions } from './map-completions.ts';
import { mapConversations } from './map-conversations.ts';
import { mapDirectory } from './map-directory.ts';
import { mapJobs } from './map-jobs.ts';
import { mapKeys } from './map-keys.ts';

export interface MapStorage extends StorageOpener {
  /** What the gateway has of it; null before it is opened. */
  opened(): Storage | null;
  /** How often it was closed. */
  closings(): number;
  /** What it says of itself from now on. */
  hasProblem(sentence: string | null): void;
}

export function mapStorage(settings: Pick<StorageOpener, 'stateFolder' | 'mistakes'> = {}): MapStorage {
  let storage: Storage | null = null;
  let closings = 0;
  let problem: string | null = null;
  return {
    ...settings,
    async open(options) {
      const { ledger, limits, passages, identities, close } = await embedded({ folder: null }).open(options);
      storage = {
        ...{ ledger, limits, passages, identities },
        ...{ keys: mapKeys(), directory: mapDirectory(), completions: mapCompletions(options.now), jobs: mapJobs(options.now) },
        conversations: mapConversations(options.now),
        problems: async () => (problem === null ? [] : [problem]),
        async close() {
          closings += 1;
          await close();
        },
      };
      return storage;
    },
    opened: () => storage,
    closings: () => closings,
    hasProblem(sentence) {
      problem = sentence;
    },
  };
}
