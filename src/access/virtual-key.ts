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

/** Whether the text contains a key or a short-lived token of a gateway, for example a header beside other things. */
export const holdsKey = (text: string): boolean => anywhere.test(text);

export type NewKey = Pick<KeyRecord, 'name' | 'team' | 'scopes' | 'routes' | 'monthlyBudget' | 'requestsPerMinute' | 'expiresAt'> &
  Partial<Pick<KeyRecord, 'callsPerMinute' | 'agent' | 'session' | 'madeBy' | 'development' | 'createdBy'>>;

export interface IssuedKey {
  readonly record: KeyRecord;
  /** The whole key as its user sends it. It is shown once and never stored. */
  readonly secret: string;
}

/** Makes a key. Storing the record makes it valid. `now` is milliseconds since 1970, UTC. */
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
      version: 1,
      lastUsedAt: null,
    },
    secret: `fg_${id}_${secret}`,
  };
}

/** A new secret for a key: the whole text as its user sends it, and its hash. */
export function newSecret(id: string): { readonly secret: string; readonly secretHash: string } {
  const secret = randomText(secretLength);
  return { secret: `fg_${id}_${secret}`, secretHash: digestOf(secret).toString('hex') };
}

/**
 * The key that the text proves, by its secret or by the former one while both are accepted. Throws UNAUTHENTICATED. Only a caller with the secret
 * learns that a key was revoked or has expired. The store is read each time, so a revocation counts from the next request on.
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
 * A caller who shows the former secret of a rotation may use the key but administer nothing: what it makes would outlive the secret that is about
 * to end. Throws FORBIDDEN.
 */
export function checkPresentSecret({ kind, token, credentialEndsAt }: Pick<Principal, 'kind' | 'token' | 'credentialEndsAt'>): void {
  if (kind !== 'key' || token !== undefined || credentialEndsAt === undefined) return;
  throw new GatewayError(
    'FORBIDDEN',
    `This secret of the key was replaced, and is accepted until ${new Date(credentialEndsAt).toISOString()} for what it was used for: it makes and changes no keys and makes no tokens. The new secret would be accepted.`,
  );
}

/** Until when the text proves the key, in milliseconds since 1970, UTC. Null: as long as the key exists. */
export function secretEndOf(text: string, { secretHash, former }: Pick<KeyRecord, 'secretHash' | 'former'>): number | null {
  const [, , secret = ''] = form.exec(text) ?? [];
  return former === null || digestOf(secret).toString('hex') === secretHash ? null : former.until;
}

/** The keys above a key: its maker, the maker of that key, and so on. Throws UNAUTHENTICATED when one of them is not valid any more. */
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

/** Why the key is not valid any more, as words behind its name in a sentence. Null while it is. */
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

/** Also for users and tokens of the key. Null for principals without a key. */
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

/** Bytes beyond the last whole alphabet are dropped, so that each character is equally likely. */
export function randomText(length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
  }
  return text;
}
