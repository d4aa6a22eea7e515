/**
 * Virtual keys: `fg_<public id>_<secret>`. The secret has 256 bits, so its SHA-256 is all that need be stored; whoever
 * reads the database cannot ask with it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';
import type { KeyRecord, Keys } from '../storage/keys.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 12;
/** 62^43 exceeds 2^256. */
const secretLength = 43;
const form = /^fg_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})$/;

export type NewKey = Pick<KeyRecord, 'name' | 'team' | 'scopes' | 'routes' | 'monthlyBudget' | 'requestsPerMinute' | 'expiresAt'>;

export interface IssuedKey {
  readonly record: KeyRecord;
  /** The whole key as its user sends it: shown once, never stored. */
  readonly secret: string;
}

/** Makes a key; storing the record makes it valid. `now` is milliseconds since 1970, UTC. */
export function issueKey(key: NewKey, now: number): IssuedKey {
  const id = randomText(idLength);
  const secret = randomText(secretLength);
  const { name, team, scopes, routes, monthlyBudget, requestsPerMinute, expiresAt } = key;
  return {
    record: {
      id,
      secretHash: digestOf(secret).toString('hex'),
      name,
      team,
      scopes,
      routes,
      monthlyBudget,
      requestsPerMinute,
      createdAt: now,
      expiresAt,
      revokedAt: null,
    },
    secret: `fg_${id}_${secret}`,
  };
}

/**
 * The key that the text proves. Throws UNAUTHENTICATED; only who has the secret learns that a key was revoked or has
 * expired. The store is asked each time, so a revocation holds from the next request on.
 */
export async function verifyKey(text: string, keys: Pick<Keys, 'find'>, now: number): Promise<KeyRecord> {
  const [, id, secret] = form.exec(text) ?? [];
  if (id === undefined || secret === undefined) throw refused('This is not a key of this gateway');
  const record = await keys.find(id);
  const matches = timingSafeEqual(digestOf(secret), Buffer.from(record?.secretHash ?? nobody, 'hex'));
  if (record === null || !matches) throw refused('This key is not known here');
  if (record.revokedAt !== null && record.revokedAt <= now) throw refused('This key was revoked');
  if (record.expiresAt !== null && record.expiresAt <= now) {
    throw refused(`This key expired at ${new Date(record.expiresAt).toISOString()}`);
  }
  return record;
}

/** Compared with when there is no such key, so that both take as long. */
const nobody = '0'.repeat(64);

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function refused(why: string): GatewayError {
  return new GatewayError(
    'UNAUTHENTICATED',
    `${why}. A key in force, sent as "Authorization: Bearer fg_…", would be accepted; \`fieldgate keys create\` makes one.`,
  );
}

/** Each character equally likely: bytes beyond the last whole alphabet are thrown away. */
function randomText(length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
  }
  return text;
}
