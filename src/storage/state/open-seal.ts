/**
 * Opens the seal of the state folder and checks that the master key is the one the state was sealed with. A lost or
 * exchanged key is refused, because every sealed text would be unreadable without a warning.
 */
import { existsSync } from 'node:fs';
import { GatewayError } from '../../core/errors.ts';
import type { Database } from '../database/database.ts';
import { fingerprintOf, masterKey, type Seal, sealWith } from './seal.ts';

export interface SealOptions {
  /** Null keeps the key in memory. */
  readonly file: string | null;
  /** Goes on with another key: what the lost one sealed stays closed. */
  readonly acceptLostMasterKey: boolean;
}

/** Throws BAD_REQUEST, in a sentence. */
export async function openSeal(database: Database, { file, acceptLostMasterKey }: SealOptions): Promise<Seal> {
  // Read first: another process that begins at the same time writes its key before its mark.
  const [mark] = await database.all('select fingerprint from seals limit 1');
  const [sealed] = mark === undefined ? await database.all('select 1 from completions limit 1') : [];
  const isUsed = mark !== undefined || sealed !== undefined;
  if (file !== null && isUsed && !existsSync(file) && !acceptLostMasterKey) throw lost(file, 'is missing');
  const key = masterKey(file);
  const fingerprint = fingerprintOf(key);
  if (mark !== undefined && mark['fingerprint'] !== fingerprint && !acceptLostMasterKey) throw lost(file ?? '', 'is another one');
  if (mark?.['fingerprint'] !== fingerprint) {
    await database.tx(async (tx) => {
      await tx.run('delete from seals');
      await tx.run('insert into seals (fingerprint) values ($1)', [fingerprint]);
    });
  }
  return sealWith(key);
}

const lost = (file: string, what: string): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The master key "${file}" ${what}, and the state was sealed with it: stored completions could not be opened. Put the file back; to give up what it sealed and go on with a new key, set storage.acceptLostMasterKey.`,
  );
