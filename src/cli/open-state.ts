import type { GatewayConfig } from '../config/config.ts';
import { pathIn } from '../config/path-in.ts';
import { GatewayError } from '../core/errors.ts';

/** The folder that a command shares with a server, which may be running. BAD_REQUEST where the configuration keeps nothing. */
export function stateFolder({ storage = {} }: GatewayConfig, folder: string): string {
  if (storage.folder === null)
    throw new GatewayError(
      'BAD_REQUEST',
      'storage.folder is null, so the configuration keeps nothing, and this would be gone at once. Name a folder, or ask a running server by mutation.',
    );
  return pathIn(folder, storage.folder ?? '.fieldgate');
}
