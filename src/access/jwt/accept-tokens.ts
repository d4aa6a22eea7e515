/**
 * Accepts JWTs of the configured issuers: each is verified once, and remembered until it expires or its issuer publishes other keys. Those
 * are looked for while tokens are used, also where all of them are remembered.
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
  /** Whether the text has the form of a JWT. Virtual keys have not. */
  isToken(text: string): boolean;
  /** As the issuer has its caller: the team may allow less. Throws UNAUTHENTICATED, FORBIDDEN, and MODEL_UNAVAILABLE while the keys of the token's issuer are not known. */
  verify(token: string): Promise<Principal>;
  /** Changes when a token that was accepted may not be any more, apart from its expiry. Asked whenever tokens are used, it has old keys fetched. */
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

/** Tokens of identity providers have 1 to 4 KB; what is longer is mostly groups. */
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
  /** By the SHA-256 of the token. */
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
      // The key that it was verified with may have been withdrawn meanwhile. At 0, keys were not known before.
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

/** Read before anything is verified, and only to say whose keys are asked. Empty: it names none; null: the text is no JWT that can be read. */
export function issuerIn(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    return null;
  }
}
