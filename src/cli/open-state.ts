import type { NoteChange } from '../access/changes/change-notes.ts';
import { logChange } from '../assembly/notices/change-log.ts';
import type { GatewayConfig } from '../config/config.ts';
import { storageOpener } from '../config/embedded-storage.ts';
import { pathIn } from '../config/path-in.ts';
import { GatewayError } from '../core/errors.ts';
import type { Storage, StorageOpener } from '../storage/storage.ts';
import { openLog } from '../telemetry/log.ts';

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

/**
 * Notes what was done in the shell, for the log of the gateway that runs on the same folder, or runs there next. Where the storage keeps no
 * changes, or fails to, the line is written to standard error: it may be all that tells of what was done.
 */
export function noteFromShell({ changes }: Pick<Storage, 'changes'>): NoteChange {
  return async (change) => {
    const isNoted = await changes?.note(change, false).then(
      () => true,
      () => false,
    );
    if (isNoted !== true) logChange(openLog({ destination: process.stderr }), change);
  };
}
