import type { GatewayConfig } from '../config/config.ts';
import { storageOpener } from '../config/embedded-storage.ts';
import { pathIn } from '../config/path-in.ts';
import { GatewayError } from '../core/errors.ts';
import type { StorageOpener } from '../storage/storage.ts';

/** The storage that a command shares with a server, which may be running. BAD_REQUEST where the configuration keeps nothing. */
export function lastingStorage(config: GatewayConfig): StorageOpener {
  const opener = storageOpener(config);
  if (opener.stateFolder === null)
    throw new GatewayError(
      'BAD_REQUEST',
      'storage.folder is null, so the configuration keeps nothing, and this would be gone at once. Name a folder, or ask a running server by mutation.',
    );
  return opener;
}

/** The folder for files of this machine. BAD_REQUEST where the configuration has none. */
export function stateFolder(config: GatewayConfig, folder: string): string {
  const { stateFolder: state } = lastingStorage(config);
  if (state === undefined)
    throw new GatewayError(
      'BAD_REQUEST',
      'The storage of the configuration has no stateFolder, so there is no place for files of this machine. Give it one.',
    );
  return pathIn(folder, state ?? '');
}
