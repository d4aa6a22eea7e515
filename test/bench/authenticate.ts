/**
 * What it costs to know who asks. A principal that is remembered has 5 us, of which every request takes two: before its body is read, and when its
 * operation is opened. A JWT is verified once.
 */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { authenticator } from '../../src/access/authenticate.ts';
import { openTokens } from '../../src/access/jwt/accept-tokens.ts';
import { joinVersions, rememberPrincipals } from '../../src/access/remembered-principals.ts';
import { noDeclaredTeams, openTeamBook } from '../../src/access/teams/team-book.ts';
import { actForUsers } from '../../src/access/users/acting-user.ts';
import { issueKey } from '../../src/access/virtual-key.ts';
import type { Authenticate, Credentials } from '../../src/core/call/call.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { claimRules, issuerOf } from '../access/jwt/issuer-rules.ts';
import { cpuUs, inFolder, ratio, say } from './measure.ts';

const login = 'https://login.example.com';
const turns = 9;
/** In one turn of the event loop. */
const perTurn = 50;

/** Of one process on a folder, with a team in the store. */
async function authentication(folder: string) {
  const storage = await openStorage({ folder: join(folder, 'state') });
  const { keys, identities, directory } = storage;
  const teams = openTeamBook(noDeclaredTeams, directory);
  const pair = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
  const tokens = openTokens({
    issuers: [issuerOf(login, { jwksUrl: `${login}/keys`, claims: claimRules({ team: 'web' }) })],
    pseudonymOf: identities.pseudonymOf,
    fetchJson: async () => ({ keys: [jwk] }),
    now: Date.now,
    onTrouble() {},
  });
  const { limitsOfUser, standingOf } = teams;
  const bare = authenticator({ keys, identities, anonymous: null, teams, limitsOfUser, tokens });
  const remembered = rememberPrincipals(bare, joinVersions(keys, teams, identities, tokens), Date.now);
  const { record, secret } = issueKey(
    {
      name: 'bench',
      team: 'web',
      scopes: ['ai:use', 'ai:act-as'],
      routes: null,
      monthlyBudget: 5e9,
      requestsPerMinute: 60,
      expiresAt: null,
    },
    Date.now(),
  );
  await keys.put(record);
  const sign = (sub: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: login, aud: 'fieldgate', sub, iat: now, exp: now + 3_600 };
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign(pair.privateKey);
  };
  return {
    bare,
    authenticate: actForUsers(remembered, { identities, limitsOfUser, standingOf }),
    key: `Bearer ${secret}`,
    async token(sub: string) {
      return `Bearer ${await sign(sub)}`;
    },
    async close() {
      tokens.close();
      await storage.close();
    },
  };
}

export async function authenticateBench(): Promise<void> {
  await inFolder(async (folder) => {
    const { bare, authenticate, key, token, close } = await authentication(folder);
    const jwt = await token('ann');
    for (const authorization of [key, jwt]) await authenticate({ authorization });
    /** Requests that come in together share what a turn reads of the store: a turn each is the dearest. */
    const inTurns =
      (credentials: Credentials, count: number, who: Authenticate = authenticate) =>
      async (): Promise<void> => {
        await Promise.all(Array.from({ length: count }, () => who(credentials)));
        await nextTurn();
      };
    const principal = await authenticate({ authorization: key });
    /** What the measuring itself costs. */
    const nobodyAsks: Authenticate = () => principal;
    const together = await cpuUs(
      {
        key: inTurns({ authorization: key }, perTurn),
        user: inTurns({ authorization: key, user: '4711' }, perTurn),
        jwt: inTurns({ authorization: jwt }, perTurn),
        nothing: inTurns({ authorization: key }, perTurn, nobodyAsks),
      },
      { turns, calls: 400 },
    );
    const alone = await cpuUs(
      {
        key: inTurns({ authorization: key }, 1),
        jwt: inTurns({ authorization: jwt }, 1),
        unremembered: inTurns({ authorization: key }, 1, bare),
        nothing: inTurns({ authorization: key }, 1, nobodyAsks),
      },
      { turns, calls: 2_000 },
    );
    const each = (us: number): number => (us - together.nothing) / perTurn;
    const one = (us: number): number => us - alone.nothing;
    say(
      `authenticate: a remembered key costs ${each(together.key).toFixed(2)} us where ${perTurn} come in one turn, its user ${each(together.user).toFixed(2)} us, ` +
        `a remembered JWT ${each(together.jwt).toFixed(2)} us (5 us are promised); alone in a turn a key costs ${one(alone.key).toFixed(1)} us, ` +
        `a JWT ${one(alone.jwt).toFixed(1)} us, and without memory a key ${one(alone.unremembered).toFixed(1)} us (${ratio(one(alone.unremembered), one(alone.key))})`,
    );
    await verifying(authenticate, token);
    await close();
  });
}

/** A JWT that comes again is not verified again. */
async function verifying(authenticate: Authenticate, token: (sub: string) => Promise<string>): Promise<void> {
  const count = 300;
  const fresh = await Promise.all(Array.from({ length: count * (turns + 1) }, (_, index) => token(`user-${index % 20}-${index}`)));
  const seen = fresh.slice(0, count);
  let next = 0;
  const { first, again } = await cpuUs(
    {
      first: () => authenticate({ authorization: fresh[next++ % fresh.length] ?? '' }),
      again: () => authenticate({ authorization: seen[next % count] ?? '' }),
    },
    { turns, calls: count },
  );
  say(
    `authenticate: a JWT costs ${first.toFixed(0)} us when it comes for the first time (its user is written down), and ${again.toFixed(1)} us when it comes again`,
  );
}
