/** The stores that come with Fieldgate, in one folder. They are used when the configuration names no other storage. */
import { openStorage } from '../storage/open-storage.ts';
import type { StorageOpener } from '../storage/storage.ts';
import type { GatewayConfig, StorageConfig } from './config.ts';
import { withDefaults } from './kinds/section.ts';
import { pathIn } from './path-in.ts';
import { isStorageOpener, storageSection } from './sections/storage-section.ts';

/**
 * Everything in one folder, in files of SQLite: nothing to start. Its settings are the same as those of `storage`.
 *
 * @example
 * ```ts
 * import { defineConfig, embedded, fromEnvironment } from 'fieldgate';
 *
 * export default defineConfig({ ...fromEnvironment(), storage: embedded({ folder: '/var/lib/fieldgate', usageDays: 400 }) });
 * ```
 */
export function embedded(settings: StorageConfig = {}): StorageOpener {
  const { folder: stateFolder, usageDays = null, ...rest } = withDefaults(storageSection, settings);
  return {
    stateFolder,
    mistakes: storageSection.mistakes('storage', settings, { folder: '', names: () => [] }),
    open: ({ folder, now, warn }) =>
      openStorage({
        folder: stateFolder === null ? null : pathIn(folder, stateFolder),
        usageDays,
        ...rest,
        now,
        warn,
      }),
  };
}

export const storageOpener = ({ storage = {} }: Pick<GatewayConfig, 'storage'>): StorageOpener =>
  isStorageOpener(storage) ? storage : embedded(storage);
