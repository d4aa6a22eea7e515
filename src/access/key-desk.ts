import { GatewayError } from '../core/errors.ts';
import type { KeyRecord, Keys } from '../storage/keys.ts';
import { issueKey, type NewKey } from './keys.ts';
import { allScopes } from './scopes.ts';

const nameLengthMost = 100;

/** Virtual keys, as the shell and the mutations administer them. */
export interface KeyDesk {
  /** The secret is returned once and never stored. Throws BAD_REQUEST for a key that could not be used. */
  issue(key: NewKey): Promise<{ readonly key: KeyRecord; readonly secret: string }>;
  list(): Promise<readonly KeyRecord[]>;
  /** Null when there is none. */
  revoke(id: string): Promise<KeyRecord | null>;
}

export interface KeyDeskOptions {
  /** Names of the routes there are, for keys that are confined to some; null takes every name. */
  readonly routes?: readonly string[] | null;
  readonly now?: () => number;
}

export function keyDesk(keys: Keys, { routes = null, now = Date.now }: KeyDeskOptions = {}): KeyDesk {
  return {
    async issue(key) {
      check(key, routes, now());
      const { record, secret } = issueKey(key, now());
      await keys.put(record);
      return { key: record, secret };
    },
    list: () => keys.list(),
    revoke: (id) => keys.revoke(id, now()),
  };
}

function check(key: NewKey, routes: readonly string[] | null, now: number): void {
  const refuse = (sentence: string): never => {
    throw new GatewayError('BAD_REQUEST', sentence);
  };
  for (const [what, text] of [
    ['name', key.name],
    ['team', key.team],
  ] as const) {
    if (text.trim() === '' || text.length > nameLengthMost) refuse(`The ${what} of a key has between 1 and ${nameLengthMost} characters.`);
  }
  const unknown = key.scopes.filter((scope) => scope.startsWith('ai:') && !allScopes.some((known) => known === scope));
  if (unknown.length > 0)
    refuse(
      `There is no scope "${unknown.join('", "')}". Scopes of the gateway: ${allScopes.join(', ')}; those of other teams' subgraphs do not begin with "ai:".`,
    );
  if (key.scopes.length === 0) refuse(`A key without scopes may do nothing. Scopes: ${allScopes.join(', ')}.`);
  const missing = routes === null ? [] : (key.routes ?? []).filter((route) => !routes.includes(route));
  if (missing.length > 0) refuse(`There is no route "${missing.join('", "')}". Routes: ${routes?.join(', ')}.`);
  if (key.monthlyBudget !== null && !(Number.isSafeInteger(key.monthlyBudget) && key.monthlyBudget >= 0)) {
    refuse('A monthly budget is an amount of US dollars from 0 on, with at most nine decimal places.');
  }
  if (key.requestsPerMinute !== null && !(Number.isSafeInteger(key.requestsPerMinute) && key.requestsPerMinute > 0)) {
    refuse('Requests per minute are a whole number from 1 on; leave it out for no limit.');
  }
  if (key.expiresAt !== null && !(key.expiresAt > now))
    refuse('The expiry of a key lies in the future; leave it out for a key that does not expire.');
}
