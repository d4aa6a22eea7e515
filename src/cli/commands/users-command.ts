/** `fieldgate users`: erases an end user on the state folder, as the mutation does, also while a server runs. */
import { realmOfTeam } from '../../access/users/end-user.ts';
import { userEraser } from '../../access/users/erase-user.ts';
import { realmOfKnownIssuer } from '../../access/users/user-realm.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage, noteFromShell } from '../open-state.ts';
import { byShell } from '../text/written-values.ts';

export async function users(args: Arguments): Promise<void> {
  const [action, name, ...more] = args.rest;
  const { team } = args.key;
  const { issuer } = args.team;
  if (action !== 'erase' || name === undefined || more.length > 0 || (team === null) === (issuer === null))
    throw new GatewayError('BAD_REQUEST', 'users takes whom to erase: erase NAME --team TEAM, or erase NAME --issuer ISSUER.');
  const { config, folder } = await soundConfig(args);
  const realm = issuer === null ? realmOfTeam(team ?? '') : realmOfKnownIssuer(issuer, Object.keys(config.issuers ?? {}));
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const eraser = userEraser({
      erasure: storage.erasure,
      identities: storage.identities,
      members: storage.directory.members,
      issuers: [],
      note: noteFromShell(storage),
      now: Date.now,
    });
    const { id, tokens, completions, conversations, calls } = await eraser.eraseIn(realm, name, { by: byShell, reason: args.reason });
    process.stdout.write(
      `The user ${id} has been erased: ${tokens} token(s), ${completions} completion(s), ${conversations} conversation(s); ${calls} row(s) of usage have another pseudonym.\n`,
    );
  } finally {
    await storage.close();
  }
}
