import { GatewayError } from '../core/errors.ts';
import type { KeyRecord, Keys } from '../storage/keys/keys.ts';
import { allScopes } from './scopes.ts';
import { issueKey, makersOf, maxGenerations, type NewKey } from './virtual-key.ts';

const nameLengthMost = 100;

/** Virtual keys, as the shell and the mutations administer them. */
export interface KeyDesk {
  /**
   * The secret is returned once and never stored. A key that a key makes ends when its maker does. Throws BAD_REQUEST for a key that
   * could not be used, UNAUTHENTICATED when its maker has been revoked.
   */
  issue(key: NewKey): Promise<{ readonly key: KeyRecord; readonly secret: string }>;
  list(): Promise<readonly KeyRecord[]>;
  /** Revokes the key and every key that it has made. Null when there is no such key. */
  revoke(id: string): Promise<KeyRecord | null>;
}

export interface KeyDeskOptions {
  /** Names of the routes that exist. A key for some routes may name these alone; null accepts every name. */
  readonly routes?: readonly string[] | null;
  /** Called after a revocation is stored. It ends all work of these keys. */
  readonly onRevoked?: () => Promise<void>;
  readonly now?: () => number;
}

export function keyDesk(keys: Keys, { routes = null, onRevoked = async () => {}, now = Date.now }: KeyDeskOptions = {}): KeyDesk {
  return {
    async issue(key) {
      check(key, routes, now());
      const { record, secret } = issueKey(await withinMaker(key, keys, now()), now());
      await keys.put(record);
      return { key: record, secret };
    },
    list: () => keys.list(),
    async revoke(id) {
      const revoked = await keys.revoke(id, now());
      if (revoked !== null) await onRevoked();
      return revoked;
    },
  };
}

/** A key lives no longer than its maker, and works where its maker does. Throws UNAUTHENTICATED, and BAD_REQUEST beyond {@link maxGenerations}. */
async function withinMaker(key: NewKey, keys: Pick<Keys, 'find'>, now: number): Promise<NewKey> {
  const { madeBy = null } = key;
  if (madeBy === null) return key;
  const [maker, ...others] = await makersOf({ madeBy }, keys, now);
  if (others.length + 1 >= maxGenerations) {
    throw new GatewayError(
      'BAD_REQUEST',
      `Keys that keys made go back ${others.length + 1} generations here, and at most ${maxGenerations} are accepted. Make the key with an older one.`,
    );
  }
  const expiresAt = maker?.expiresAt ?? null;
  if (expiresAt !== null && key.expiresAt !== null && key.expiresAt > expiresAt) {
    throw new GatewayError(
      'FORBIDDEN',
      `You cannot give a key that outlives yours: yours expires at ${new Date(expiresAt).toISOString()}. Leave the expiry out, or name an earlier one.`,
    );
  }
  return { ...key, expiresAt: key.expiresAt ?? expiresAt, development: maker?.development ?? false };
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
  const unknown = key.scopes.filter(
    (scope) => !/^[!-~]+$/.test(scope) || (scope.startsWith('ai:') && !allScopes.some((known) => known === scope)),
  );
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
  for (const [what, perMinute] of [
    ['Requests', key.requestsPerMinute],
    ['Calls', key.callsPerMinute ?? null],
  ] as const) {
    if (perMinute !== null && !(Number.isSafeInteger(perMinute) && perMinute > 0))
      refuse(`${what} per minute are a whole number from 1 on; leave it out for no limit.`);
  }
  if (key.expiresAt !== null && !(key.expiresAt > now))
    refuse('The expiry of a key lies in the future; leave it out for a key that does not expire.');
}
