import { GatewayError } from '../core/errors.ts';
import type { ChangeAction } from '../storage/changes/changes.ts';
import type { KeyRecord, Keys } from '../storage/keys/keys.ts';
import { type ChangedFrom, checkVersion, type DoneBy, type NoteChange, noNotes, reasonOf } from './changes/change-notes.ts';
import { changedKey, isUnchanged } from './changes/changed-parts.ts';
import { checkKey, checkWithinTeam, type KeyParts } from './keys/check-key.ts';
import type { TeamBook } from './teams/team-book.ts';
import { issueKey, makersOf, maxGenerations, type NewKey, newSecret, principalIdOf } from './virtual-key.ts';

/** Parts of a key that change. An absent part stays as it is. */
export type KeyChange = Partial<Omit<KeyParts, 'team'>>;

/** Who makes the change is stored with the key. */
export interface ChangedBy extends ChangedFrom {
  /** Throws when the key may not be changed. It gets the key as it is at the moment of the change. */
  readonly permit?: (key: KeyRecord) => void;
}

interface Issued {
  readonly key: KeyRecord;
  /** The whole key as its user sends it. It is shown once and never stored. */
  readonly secret: string;
}

/** Virtual keys, as administered by the shell and the mutations. */
export interface KeyDesk {
  /**
   * Makes a key. The secret is returned once and never stored. A key that another key makes ends together with its maker. Throws BAD_REQUEST for a
   * key that could never be used, and UNAUTHENTICATED when its maker has been revoked.
   */
  issue(key: NewKey, reason?: string | null): Promise<Issued>;
  list(): Promise<readonly KeyRecord[]>;
  /** Returns null when the key does not exist. Throws BAD_REQUEST for a change after which the key could never be used, and for a revoked key. */
  update(id: string, change: KeyChange, by: ChangedBy): Promise<KeyRecord | null>;
  /**
   * Gives the key a new secret. The former secret is accepted for `overlapSeconds` more. The id stays, and with it budgets, rates, usage and
   * completions. A secret that an earlier rotation left ends at once. Returns null when the key does not exist. Throws BAD_REQUEST for a revoked
   * key.
   */
  rotate(id: string, overlapSeconds: number, by: ChangedBy): Promise<Issued | null>;
  /** Revokes the key and every key that it has made. Returns null when the key does not exist. Revoking twice changes nothing. */
  revoke(id: string, by: DoneBy): Promise<KeyRecord | null>;
}

export interface KeyDeskOptions {
  /** Names of the existing routes. A key may name only these. Null: every name is accepted. */
  readonly routes?: readonly string[] | null;
  /** Policies of teams. Default: no team has one. */
  readonly teams?: Pick<TeamBook, 'standingOf'>;
  /** Called after a revocation or a new expiry is stored. It ends all work of keys that are not valid any more. */
  readonly onEnded?: () => Promise<void>;
  /** Default: nobody is told what was done. */
  readonly note?: NoteChange;
  readonly now?: () => number;
}

const maxOverlapSeconds = 30 * 24 * 3_600;

export function keyDesk(
  keys: Keys,
  { routes = null, teams = { standingOf: () => null }, onEnded = async () => {}, note = noNotes, now = Date.now }: KeyDeskOptions = {},
): KeyDesk {
  async function change(
    id: string,
    done: ChangedBy,
    action: ChangeAction,
    parts: (key: KeyRecord) => Partial<KeyRecord>,
  ): Promise<KeyRecord | null> {
    const { by, permit = () => {} } = done;
    const reason = reasonOf(done);
    let before: KeyRecord | null = null;
    let isSame = false;
    const after = await keys.change(id, (key) => {
      permit(key);
      if (key.revokedAt !== null)
        throw new GatewayError('BAD_REQUEST', `The key ${id} was revoked, and stays as it is. A key that is in force would be accepted.`);
      checkVersion(`The key ${id}`, key, done);
      before = key;
      const next = { ...key, ...parts(key), updatedAt: now(), updatedBy: by };
      isSame = isUnchanged(key, next);
      return isSame ? key : next;
    });
    if (after !== null && !isSame) await note({ on: principalIdOf(id), at: now(), by, action, parts: changedKey(before, after), reason });
    return after;
  }

  return {
    async issue(key, why = null) {
      const by = key.createdBy ?? 'unknown';
      const reason = reasonOf({ by, reason: why });
      checkKey(key, routes, now());
      checkWithinTeam(key, key.team, await teams.standingOf(key.team));
      const { record, secret } = issueKey(await withinMaker(key, keys, now()), now());
      await keys.put(record);
      await note({ on: principalIdOf(record.id), at: now(), by, action: 'made', parts: changedKey(null, record), reason });
      return { key: record, secret };
    },
    list: () => keys.list(),
    async update(id, parts, by) {
      checkKey(parts, routes, now());
      const found = await keys.find(id);
      if (found === null) return null;
      checkWithinTeam(parts, found.team, await teams.standingOf(found.team));
      await checkLife(found, parts, keys);
      const changed = await change(id, by, 'changed', () => parts);
      if (parts.expiresAt !== undefined) await onEnded();
      return changed;
    },
    async rotate(id, overlapSeconds, by) {
      if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > maxOverlapSeconds)
        throw new GatewayError(
          'BAD_REQUEST',
          `The overlap is ${overlapSeconds} seconds. It must be a whole number from 0 (the old secret ends at once) to ${maxOverlapSeconds} (30 days).`,
        );
      const { secret, secretHash } = newSecret(id);
      const until = now() + overlapSeconds * 1_000;
      const key = await change(id, by, 'rotated', (before) => ({
        secretHash,
        former: overlapSeconds === 0 ? null : { secretHash: before.secretHash, until },
      }));
      return key === null ? null : { key, secret };
    },
    async revoke(id, done) {
      const reason = reasonOf(done);
      const at = now();
      const before = await keys.find(id);
      const revoked = await keys.revoke(id, at, done.by);
      if (revoked !== null) await onEnded();
      if (before !== null && before.revokedAt === null)
        await note({ on: principalIdOf(id), at, by: done.by, action: 'revoked', parts: [], reason });
      return revoked;
    },
  };
}

/**
 * A key lives no longer than its maker, and works only where its maker works. Throws UNAUTHENTICATED, and BAD_REQUEST beyond {@link
 * maxGenerations}.
 */
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
  const ends = [maker, ...others].flatMap((each) => each?.expiresAt ?? []);
  const expiresAt = ends.length === 0 ? null : Math.min(...ends);
  if (expiresAt !== null && key.expiresAt !== null && key.expiresAt > expiresAt) {
    throw new GatewayError(
      'FORBIDDEN',
      `You cannot give a key that outlives yours: yours expires at ${new Date(expiresAt).toISOString()}. Leave the expiry out, or name an earlier one.`,
    );
  }
  return { ...key, expiresAt: key.expiresAt ?? expiresAt, development: maker?.development ?? false };
}

/** A key without an expiry of its own ends with its maker. */
async function checkLife({ madeBy }: KeyRecord, { expiresAt }: KeyChange, keys: Pick<Keys, 'standing'>): Promise<void> {
  if (madeBy === null || expiresAt === undefined || expiresAt === null) return;
  const [maker] = await keys.standing([madeBy]);
  const ends = maker?.expiresAt ?? null;
  if (ends === null || expiresAt <= ends) return;
  throw new GatewayError(
    'FORBIDDEN',
    `A key cannot outlive the key that made it, which expires at ${new Date(ends).toISOString()}. An earlier expiry, or none, would be accepted.`,
  );
}
