/**
 * Virtual keys: `fg_<public id>_<secret>`. The secret has 256 random bits, so storing its SHA-256 is enough: a reader of the
 * database cannot use it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { credentialOf, type Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { KeyRecord, KeyStanding, Keys } from '../storage/keys/keys.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const idLength = 12;
/** 62^43 exceeds 2^256. */
export const secretLength = 43;
const form = /^fg_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})$/;
const anywhere = /fgt?_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}/;

/** Whether there is a key or a short-lived token of a gateway in the text: in a header beside other things, for example. */
export const holdsKey = (text: string): boolean => anywhere.test(text);

export type NewKey = Pick<KeyRecord, 'name' | 'team' | 'scopes' | 'routes' | 'monthlyBudget' | 'requestsPerMinute' | 'expiresAt'> &
  Partial<Pick<KeyRecord, 'callsPerMinute' | 'agent' | 'session' | 'madeBy' | 'development' | 'createdBy'>>;

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
  const { callsPerMinute = null, agent = null, session = null, madeBy = null, development = false, createdBy = null } = key;
  return {
    record: {
      id,
      secretHash: digestOf(secret).toString('hex'),
      former: null,
      name,
      team,
      scopes,
      routes,
      monthlyBudget,
      requestsPerMinute,
      callsPerMinute,
      agent,
      session,
      madeBy,
      development,
      createdAt: now,
      createdBy,
      updatedAt: null,
      updatedBy: null,
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
    },
    secret: `fg_${id}_${secret}`,
  };
}

/** Another secret for a key: the whole text as its user sends it, and its hash. */
export function newSecret(id: string): { readonly secret: string; readonly secretHash: string } {
  const secret = randomText(secretLength);
  return { secret: `fg_${id}_${secret}`, secretHash: digestOf(secret).toString('hex') };
}

/**
 * The key that the text proves, by its secret or by the one before the last rotation while both are accepted. Throws UNAUTHENTICATED; only
 * who has the secret learns that a key was revoked or has expired. The store is asked each time, so a revocation holds from the next request on.
 */
export async function verifyKey(text: string, keys: Pick<Keys, 'find'>, now: number): Promise<KeyRecord> {
  const [, id, secret] = form.exec(text) ?? [];
  if (id === undefined || secret === undefined) throw refused('This is not a key of this gateway');
  const record = await keys.find(id);
  const digest = digestOf(secret);
  const isPresent = timingSafeEqual(digest, Buffer.from(record?.secretHash ?? nobody, 'hex'));
  const isFormer = timingSafeEqual(digest, Buffer.from(record?.former?.secretHash ?? nobody, 'hex'));
  if (record === null || !(isPresent || isFormer)) throw refused('This key is not known here');
  const ended = endOf(record, now);
  if (ended !== null) throw refused(`This key ${ended}`);
  const until = secretEndOf(text, record);
  if (until !== null && until <= now) throw refused(`This secret of the key was replaced, and ended at ${new Date(until).toISOString()}`);
  return record;
}

/**
 * Whoever shows the secret that a rotation has replaced uses the key and administers nothing: what he made would outlive the secret that was to
 * end. Throws FORBIDDEN.
 */
export function checkPresentSecret({ kind, token, credentialEndsAt }: Pick<Principal, 'kind' | 'token' | 'credentialEndsAt'>): void {
  if (kind !== 'key' || token !== undefined || credentialEndsAt === undefined) return;
  throw new GatewayError(
    'FORBIDDEN',
    `This secret of the key was replaced, and is accepted until ${new Date(credentialEndsAt).toISOString()} for what it was used for: it makes and changes no keys and makes no tokens. The new secret would be accepted.`,
  );
}

/** Until when the text proves the key, in milliseconds since 1970; null: as long as there is the key. */
export function secretEndOf(text: string, { secretHash, former }: Pick<KeyRecord, 'secretHash' | 'former'>): number | null {
  const [, , secret = ''] = form.exec(text) ?? [];
  return former === null || digestOf(secret).toString('hex') === secretHash ? null : former.until;
}

/** The keys that a key comes from: its maker, the maker of its maker, and so on. Throws UNAUTHENTICATED when one of them is not in force. */
export async function makersOf(key: Pick<KeyRecord, 'madeBy'>, keys: Pick<Keys, 'find'>, now: number): Promise<readonly KeyRecord[]> {
  const makers: KeyRecord[] = [];
  for (let id = key.madeBy; id !== null; ) {
    const maker = await keys.find(id);
    const ended = maker === null ? 'is not known here' : endOf(maker, now);
    if (maker === null || ended !== null) throw refused(`The key that made this one ${ended}`);
    makers.push(maker);
    id = makers.length < maxGenerations ? maker.madeBy : null;
  }
  return makers;
}

/** Why the key is no longer in force, behind its name in a sentence; null while it is. */
export function endOf(
  { revokedAt, expiresAt, teamEnded }: Pick<KeyStanding, 'revokedAt' | 'expiresAt' | 'teamEnded'>,
  now: number,
): string | null {
  if (revokedAt !== null) return 'was revoked';
  if (teamEnded !== undefined) return `has no team any more: ${teamEnded.replace(/\.$/, '')}`;
  return expiresAt !== null && expiresAt <= now ? `expired at ${new Date(expiresAt).toISOString()}` : null;
}

/** Maximum number of keys in a row of which each made the next. Each call draws on the accounts of all of them. */
export const maxGenerations = 8;

export const principalIdOf = (keyId: string): string => `key:${keyId}`;

/** Of its users and tokens too. Null for principals without a key. */
export function keyIdOf(principal: Pick<Principal, 'kind' | 'id' | 'user'>): string | null {
  const credential = principal.kind === 'key' ? credentialOf(principal) : '';
  return credential.startsWith('key:') ? credential.slice('key:'.length) : null;
}

/** The secret is compared with this hash when the key does not exist, so that both cases take the same time. */
export const nobody = '0'.repeat(64);

export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

function refused(why: string): GatewayError {
  return new GatewayError(
    'UNAUTHENTICATED',
    `${why}. A key in force, sent as "Authorization: Bearer fg_…", would be accepted; \`fieldgate keys create\` makes one.`,
  );
}

/** Bytes beyond the last whole alphabet are thrown away, so that each character is equally likely. */
export function randomText(length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
  }
  return text;
}
