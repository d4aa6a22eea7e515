/**
 * Short-lived tokens, for browsers: `fgt_<public id>_<secret>`. A key makes them for itself, or for one of its users; they have no more
 * than the key and end with it.
 *
 * They are opaque: revoked at once, like keys, and nothing can be read of them. What a token is for is read from the store once, and
 * remembered with the other principals (`../remembered-principals.ts`).
 */
import { timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../../core/errors.ts';
import type { Identities, TokenRecord } from '../../storage/identities/identities.ts';
import { digestOf, idLength, nobody, randomText, secretLength } from '../virtual-key.ts';

const form = /^fgt_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})$/;

/** Whether the text looks like a short-lived token. It is then checked as one. */
export const looksShortLived = (text: string): boolean => text.startsWith('fgt_');

export type NewTokenRecord = Pick<TokenRecord, 'keyId' | 'user' | 'scopes' | 'routes' | 'budget' | 'createdAt' | 'expiresAt'>;

/** `secret`: the whole token as its user sends it, shown once and never stored. */
export function issueToken(token: NewTokenRecord): { readonly record: TokenRecord; readonly secret: string } {
  const id = randomText(idLength);
  const secret = randomText(secretLength);
  return { record: { ...token, id, secretHash: digestOf(secret).toString('hex'), revokedAt: null }, secret: `fgt_${id}_${secret}` };
}

/** The token that the text proves. Throws UNAUTHENTICATED. Only a caller with the secret learns that the token was revoked or has expired. */
export async function verifyShortLived(text: string, { findToken }: Pick<Identities, 'findToken'>, now: number): Promise<TokenRecord> {
  const [, id, secret] = form.exec(text) ?? [];
  if (id === undefined || secret === undefined) throw refused('This is not a token of this gateway');
  const record = await findToken(id);
  const matches = timingSafeEqual(digestOf(secret), Buffer.from(record?.secretHash ?? nobody, 'hex'));
  if (record === null || !matches) throw refused('This token is not known here');
  if (record.revokedAt !== null) throw refused('This token was revoked');
  if (record.expiresAt <= now) throw refused(`This token expired at ${new Date(record.expiresAt).toISOString()}`);
  return record;
}

export const refused = (why: string): GatewayError =>
  new GatewayError('UNAUTHENTICATED', `${why}. A token in force would be accepted: the backend that made this one makes another.`);
