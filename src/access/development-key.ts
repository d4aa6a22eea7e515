import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GatewayError } from '../core/errors.ts';
import type { Keys } from '../storage/keys/keys.ts';
import { allScopes } from './scopes.ts';
import { issueKey, verifyKey } from './virtual-key.ts';

/**
 * The key that `npm start` prints: all scopes and no limits. It is kept in a file of the state folder that only its owner can read, and made at the
 * first start and when the one in the file is not valid any more. `folder` null keeps none. The key works only in development, and its file says
 * so, because a state folder may later be used in production.
 */
export async function developmentKey({
  folder,
  keys,
  now = Date.now,
}: {
  readonly folder: string | null;
  readonly keys: Keys;
  readonly now?: () => number;
}): Promise<string> {
  const file = folder === null ? null : join(folder, 'development-key');
  const kept = file === null ? null : await keptKey(file, keys, now());
  if (kept !== null) return kept;
  const { record, secret } = issueKey(
    {
      name: 'development',
      team: 'development',
      scopes: allScopes,
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      expiresAt: null,
      development: true,
      createdBy: 'gateway',
    },
    now(),
  );
  await keys.put(record);
  if (file !== null) keep(file, secret);
  return secret;
}

/** Writes the whole file or nothing. */
function keep(file: string, secret: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, contentOf(secret), { mode: 0o600 });
  renameSync(fresh, file);
}

const contentOf = (secret: string): string =>
  `${secret}\n# For development alone: a gateway in production refuses this key, and every key that was made with it.\n`;

async function keptKey(file: string, keys: Keys, now: number): Promise<string | null> {
  try {
    const kept = readFileSync(file, 'utf8');
    const [secret = ''] = kept.trim().split(/\s/, 1);
    const { id, scopes } = await verifyKey(secret, keys, now);
    // An earlier version had fewer scopes.
    if (allScopes.some((scope) => !scopes.includes(scope))) await keys.change(id, (key) => ({ ...key, scopes: allScopes }));
    if (kept === contentOf(secret)) chmodSync(file, 0o600);
    else keep(file, secret);
    return secret;
  } catch (error) {
    const gone = error instanceof GatewayError ? error.code === 'UNAUTHENTICATED' : (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (gone) return null;
    throw error;
  }
}
