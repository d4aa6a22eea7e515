/**
 * Erases end users: ends what runs for them, and has their names, tokens, completions, idempotency keys, ratings and conversations deleted. Who
 * did it, and when, is written to the log, under the pseudonym.
 */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Directory } from '../../storage/directory/directory.ts';
import type { ErasedThings, Erasure } from '../../storage/erasure/erasure.ts';
import type { Identities } from '../../storage/identities/identities.ts';
import { type DoneBy, type NoteChange, reasonOf } from '../changes/change-notes.ts';
import { namedUser } from './end-user.ts';
import { realmFor } from './user-realm.ts';

export interface ErasedUser extends ErasedThings {
  /** The pseudonym that he had. */
  readonly id: string;
}

export interface UserEraser {
  /** `issuer`: of whose tokens he is a user; null: of the team's keys. Throws FORBIDDEN and BAD_REQUEST. */
  erase(name: string, issuer: string | null, by: Principal): Promise<ErasedUser>;
  /** For the shell. `realm`: who gave the name: see `NamedUser`. */
  eraseIn(realm: string, name: string, by: DoneBy): Promise<ErasedUser>;
}

export interface UserEraserOptions {
  /** Undefined: the storage of the operator cannot. */
  readonly erasure: Erasure | undefined;
  readonly identities: Pick<Identities, 'pseudonymOf' | 'revokeUser'>;
  readonly members: Pick<Directory['members'], 'find' | 'remove'>;
  /** Names of the issuers of the configuration. */
  readonly issuers: readonly string[];
  /** Called after the revocation is stored. It ends the work of this process. Default: nothing runs in it. */
  readonly onRevoked?: () => Promise<void>;
  /** Forgets what this process has in memory. Default: nothing. */
  readonly forget?: (user: string) => void;
  readonly note: NoteChange;
  readonly now: () => number;
}

const maxNameLength = 255;

export function userEraser(options: UserEraserOptions): UserEraser {
  const { erasure, identities, members, issuers, onRevoked = async () => {}, forget = () => {}, note, now } = options;

  async function eraseIn(realm: string, name: string, done: DoneBy): Promise<ErasedUser> {
    const reason = reasonOf(done);
    if (erasure === undefined) throw new GatewayError('BAD_REQUEST', 'The storage of this gateway erases no users.');
    if (name === '' || name.length > maxNameLength)
      throw new GatewayError('BAD_REQUEST', `The user is refused: the id of one, 1 to ${maxNameLength} characters, is accepted.`);
    const user = namedUser(realm, name, identities);
    await identities.revokeUser(user, now());
    await onRevoked();
    const principal = `${realm}:${user.id}`;
    const member = await members.find(principal);
    if (member !== null) await members.remove(principal, member.team);
    const things = await erasure.eraseUser(user);
    forget(user.id);
    const parts = Object.entries(things).map(([part, count]) => ({ name: part, before: String(count), after: null }));
    await note({ on: `user:${user.id}`, at: now(), by: done.by, action: 'erased', parts, reason });
    return { id: user.id, ...things };
  }

  return { eraseIn, erase: (name, issuer, by) => eraseIn(realmFor(issuer, by, issuers, 'erased'), name, { by: by.id }) };
}
