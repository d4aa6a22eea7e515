/**
 * Accepts JWTs of the configured issuers. Each token is verified once and remembered until it expires or its issuer publishes other keys. The
 * issuer is asked for its keys while tokens are used, also when all of these are remembered.
 */
import { hash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../core/call/call.ts';
import { type ClaimsContext, principalOfClaims } from './claims.ts';
import type { Issuer } from './issuer.ts';
import { type SigningKeys, type SigningKeysOptions, signingKeys } from './signing-keys.ts';
import { refused, verifyToken } from './verify-token.ts';

export interface Tokens {
  /** Whether the text has the form of a JWT. Virtual keys do not. */
  isToken(text: string): boolean;
  /**
   * The caller as its issuer describes it; its team may allow less. Throws UNAUTHENTICATED, FORBIDDEN, and MODEL_UNAVAILABLE while the keys of the
   * issuer are not known.
   */
  verify(token: string): Promise<Principal>;
  /**
   * Changes when an accepted token may not be valid any more for a reason other than its expiry. Called whenever tokens are used; fetches keys that
   * are old.
   */
  version(): string;
  prefetch(): void;
  close(): void;
}

export interface TokensOptions extends ClaimsContext {
  readonly issuers: readonly Issuer[];
  readonly fetchJson: SigningKeysOptions['fetchJson'];
  readonly onTrouble?: (issuer: string, cause: unknown) => void;
  readonly now: () => number;
  readonly clock?: () => number;
}

/** Tokens of identity providers have 1 to 4 KB. Longer ones mostly contain groups. */
const maxTokenLength = 16_384;
const maxRemembered = 10_000;
const form = /^[\w-]+\.[\w-]+\.[\w-]*$/;

export function openTokens({ issuers, pseudonymOf, fetchJson, onTrouble, now, clock }: TokensOptions): Tokens {
  const byIssuer = new Map(
    issuers.map((issuer) => {
      const options = {
        fetchJson,
        onTrouble: (cause: unknown) => onTrouble?.(issuer.name, cause),
        ...(clock === undefined ? {} : { clock }),
      };
      return [issuer.issuer, { issuer, keys: signingKeys(issuer, options) }] as const;
    }),
  );
  const all: readonly SigningKeys[] = [...byIssuer.values()].map(({ keys }) => keys);
  /** Remembered principals, by SHA-256 of the token. */
  const known = new LRUCache<string, { readonly principal: Principal; readonly version: number }>({ max: maxRemembered });

  return {
    isToken: (text) => form.test(text),
    async verify(token) {
      if (token.length > maxTokenLength) throw refused(`has ${token.length} characters, more than ${maxTokenLength}`);
      const issuer = issuerIn(token);
      if (issuer === null) throw refused('is no signed JWT that can be read');
      const of = byIssuer.get(issuer);
      if (of === undefined) throw refused('is of an issuer that is not configured here');
      const digest = hash('sha256', token, 'base64');
      const found = known.get(digest);
      const before = of.keys.version();
      if (found?.version === before && (found.principal.expiresAt ?? 0) > now()) return found.principal;
      const payload = await verifyToken(token, of.issuer, of.keys, now());
      const principal = principalOfClaims(payload, of.issuer, { pseudonymOf });
      // The verifying key may have been withdrawn in the meantime. Version 0: no keys were known before.
      known.set(digest, { principal, version: before === 0 ? of.keys.version() : before });
      return principal;
    },
    version() {
      for (const keys of all) keys.refresh();
      return all.map((keys) => keys.version()).join(' ');
    },
    prefetch() {
      for (const keys of all) keys.prefetch();
    },
    close() {
      for (const keys of all) keys.close();
    },
  };
}

/** Read before the token is verified, only to find the issuer's keys. Empty: the token names no issuer. Null: the text is not a readable JWT. */
export function issuerIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return null;
  }
}
