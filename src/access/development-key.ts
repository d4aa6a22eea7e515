import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../core/errors.ts';
import type { Keys } from '../storage/keys.ts';
import { issueKey, verifyKey } from './keys.ts';
import { allScopes } from './scopes.ts';

/**
 * The key that `npm start` prints: all scopes, no limits, kept in the state folder in a file that only its owner reads.
 * Made at the first start, and again when the one in the file is no longer in force. A folder of null keeps none.
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
    },
    now(),
  );
  await keys.put(record);
  if (folder !== null && file !== null) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const fresh = `${file}.${record.id}`;
    writeFileSync(fresh, `${secret}\n`, { mode: 0o600 });
    renameSync(fresh, file);
  }
  return secret;
}

async function keptKey(file: string, keys: Keys, now: number): Promise<string | null> {
  try {
    const text = readFileSync(file, 'utf8').trim();
    await verifyKey(text, keys, now);
    chmodSync(file, 0o600);
    return text;
  } catch (error) {
    const gone = error instanceof GatewayError ? error.code === 'UNAUTHENTICATED' : (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (gone) return null;
    throw error;
  }
}
