/**
 * The keys that an issuer signs with, as it publishes them (RFC 7517).
 *
 * They are fetched before the first token arrives, again after ten minutes of use, and when a token names an unknown key. Only the last case makes
 * a request wait. While the issuer cannot be reached, the known keys are used for up to a day.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { GatewayError } from '../../core/errors.ts';
import type { Issuer } from './issuer.ts';

export interface SigningKeys {
  /** For `jwtVerify`. Throws the error of jose for a missing key, and MODEL_UNAVAILABLE while no keys are known. */
  readonly find: JWTVerifyGetKey;
  /** Changes when the issuer publishes other keys. 0: no usable keys are known. */
  version(): number;
  /** Fetches keys that are older than ten minutes, in the background. Needed for remembered tokens, which ask for no key. */
  refresh(): void;
  /** Fetches the keys now, in the background. */
  prefetch(): void;
  /** Cancels a running fetch. */
  close(): void;
}

export interface SigningKeysOptions {
  /** Reads JSON from an address. Rejects for anything else. */
  readonly fetchJson: (url: string, signal: AbortSignal) => Promise<unknown>;
  /** Called at the first failure in a row, and with null when it is over. */
  readonly onTrouble?: (cause: unknown) => void;
  /** Milliseconds of a clock that cannot be set back. */
  readonly clock?: () => number;
}

const refreshAfterMs = 10 * 60_000;
const maxStaleMs = 24 * 60 * 60_000;
/** Minimum time between two fetches that tokens cause, so that invented key names do not cause a request each. */
const cooldownMs = 30_000;
const retryAfterFailureMs = 5_000;
const maxFetchMs = 5_000;
/** Issuers have two to ten keys. A token that names no key is tried with each matching one. */
const maxKeys = 100;

interface Known {
  readonly text: string;
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly fetchedAt: number;
}

export function signingKeys(
  issuer: Pick<Issuer, 'name' | 'issuer' | 'jwksUrl'>,
  { fetchJson, onTrouble = () => {}, clock = () => performance.now() }: SigningKeysOptions,
): SigningKeys {
  const closing = new AbortController();
  let known: Known | null = null;
  let versions = 0;
  let fetching: Promise<void> | null = null;
  let startedAt = Number.NEGATIVE_INFINITY;
  let failing = false;

  async function fetchKeys(): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(maxFetchMs)]);
    const url = issuer.jwksUrl ?? (await discoverKeys(issuer.issuer, fetchJson, signal));
    const set = keySetOf(await fetchJson(url, signal));
    const text = JSON.stringify(set);
    if (text !== known?.text) versions += 1;
    known = { text, find: createLocalJWKSet(set), fetchedAt: clock() };
  }

  /** Never rejects: a failed fetch shows in `known`. */
  function fetchOnce(): Promise<void> {
    if (fetching !== null) return fetching;
    startedAt = clock();
    fetching = fetchKeys()
      .then(
        () => {
          if (failing) onTrouble(null);
          failing = false;
        },
        (cause: unknown) => {
          if (!failing && !closing.signal.aborted) onTrouble(cause);
          failing = true;
        },
      )
      .finally(() => {
        fetching = null;
      });
    return fetching;
  }

  const hasRested = (ms: number): boolean => clock() - startedAt >= ms;
  const usable = (): Known | null => (known !== null && clock() - known.fetchedAt < maxStaleMs ? known : null);
  const refresh = (): void => {
    if (known === null || clock() - known.fetchedAt <= refreshAfterMs) return;
    if (hasRested(failing ? retryAfterFailureMs : cooldownMs)) void fetchOnce();
  };

  return {
    async find(header, token) {
      if (usable() === null && (fetching !== null || hasRested(retryAfterFailureMs))) await fetchOnce();
      const before = usable();
      if (before === null) throw unreachable(issuer.name);
      refresh();
      try {
        return await before.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !(fetching !== null || hasRested(cooldownMs))) throw error;
        await fetchOnce();
        return (usable() ?? before).find(header, token);
      }
    },
    version: () => (usable() === null ? 0 : versions),
    refresh,
    prefetch: () => void fetchOnce(),
    close: () => closing.abort(),
  };
}

/** The document must name this issuer. Otherwise anyone who answers at the address could replace the keys of another issuer. */
async function discoverKeys(issuer: string, fetchJson: SigningKeysOptions['fetchJson'], signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = (await fetchJson(url, signal)) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) throw new Error(`The discovery document at ${url} is of another issuer than ${issuer}.`);
  const { jwks_uri: keys } = document;
  if (typeof keys !== 'string' || !/^https?:$/.test(URL.parse(keys)?.protocol ?? '')) {
    throw new Error(`The discovery document at ${url} has no http or https address as jwks_uri.`);
  }
  if (issuer.startsWith('https:') && !keys.startsWith('https:')) throw new Error(`The keys of ${issuer} are not at an https address.`);
  return keys;
}

/** Keys of a kind that jose does not support are ignored: no accepted algorithm finds them. */
function keySetOf(value: unknown): JSONWebKeySet {
  const keys = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : null;
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'object' || key === null))
    throw new Error('The issuer sent no set of keys.');
  if (keys.length > maxKeys) throw new Error(`The issuer sent ${keys.length} keys; at most ${maxKeys} are read.`);
  return { keys: keys as JSONWebKeySet['keys'] };
}

const unreachable = (name: string): GatewayError =>
  new GatewayError(
    'MODEL_UNAVAILABLE',
    `The keys of the issuer "${name}" cannot be fetched at the moment, so its tokens cannot be checked. Ask again; a virtual key is accepted meanwhile.`,
    { about: 'gateway', retryAfterMs: retryAfterFailureMs },
  );
