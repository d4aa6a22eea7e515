/**
 * `fieldgate keys`: creates, lists, changes, rotates and revokes virtual keys on the state folder, with the same rules as the mutations,
 * also while a server runs.
 */
import { type KeyChange, type KeyDesk, keyDesk } from '../../access/issue-keys.ts';
import { openTeamBook } from '../../access/teams/team-book.ts';
import { declaredTeams } from '../../assembly/caller-limits.ts';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf } from '../../core/money.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage, noteFromShell } from '../open-state.ts';
import { formatTable } from '../text/table.ts';
import { sessionIn } from '../text/written-limits.ts';
import { amountIn, byShell, dateOf, given, namesIn, removable, timeIn, wholeIn } from '../text/written-values.ts';

export async function keys(args: Arguments): Promise<void> {
  const [action, id, ...more] = args.rest;
  const act = action === undefined || !Object.hasOwn(actions, action) ? undefined : actions[action];
  const takesId = action === 'update' || action === 'rotate' || action === 'revoke';
  if (act === undefined || more.length > 0 || (id !== undefined) !== takesId)
    throw new GatewayError(
      'BAD_REQUEST',
      'keys takes what to do: create --name NAME --team TEAM, list, update ID, rotate ID --overlap SECONDS, or revoke ID.',
    );
  const { config, folder } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const teams = openTeamBook(declaredTeams(config), storage.directory);
    await act(keyDesk(storage.keys, { routes: Object.keys(config.routes), teams, note: noteFromShell(storage) }), args, publicId(id ?? ''));
  } finally {
    await storage.close();
  }
}

const actions: Readonly<Record<string, (desk: KeyDesk, args: Arguments, id: string) => Promise<void>>> = {
  async create(desk, { key, reason }) {
    const asked = {
      name: given('keys create', '--name', key.name, 'what the key is for'),
      team: given('keys create', '--team', key.team, 'whose budget and cache it shares'),
      scopes: key.scopes ?? ['ai:use'],
      routes: namesIn(key.routes) ?? null,
      monthlyBudget: removable(key.budget, amountIn('--budget')) ?? null,
      requestsPerMinute: removable(key.rpm, wholeIn('--rpm')) ?? null,
      callsPerMinute: removable(key.cpm, wholeIn('--cpm')) ?? null,
      agent: removable(key.agent, (text) => text) ?? null,
      session: removable(key.session, sessionIn('--session')) ?? null,
      expiresAt: removable(key.expires, timeIn('--expires')) ?? null,
      createdBy: byShell,
    };
    const { secret, key: record } = await desk.issue(asked, reason);
    process.stderr.write(`The key ${record.id} of team ${record.team}. Keep it: it is shown this once, and only its hash is stored.\n`);
    process.stdout.write(`${secret}\n`);
  },

  async list(desk) {
    const known = await desk.list();
    const rows = known.map((key) => [
      key.id,
      key.name,
      key.team,
      key.scopes.join(' '),
      key.routes?.join(' ') ?? 'all',
      key.monthlyBudget === null ? '-' : decimalOf(key.monthlyBudget),
      perMinute(key.requestsPerMinute),
      perMinute(key.callsPerMinute ?? key.requestsPerMinute),
      key.lastUsedAt === null ? '-' : dateOf(key.lastUsedAt),
      stateOf(key, Date.now()),
    ]);
    process.stdout.write(
      `${formatTable(['id', 'name', 'team', 'scopes', 'routes', 'USD a month', 'requests a minute', 'calls a minute', 'last used', 'state'], rows)}\n`,
    );
  },

  async update(desk, args, id) {
    const change = changeOf(args);
    const updated = (await desk.update(id, change, { by: byShell, reason: args.reason })) ?? (await noSuchKey(desk, id));
    process.stdout.write(`The key ${updated.id} (${updated.name}) has been changed: ${Object.keys(change).join(', ')}.\n`);
  },

  async rotate(desk, { key: { overlap }, reason }, id) {
    const seconds = wholeIn(
      '--overlap',
      0,
    )(given('keys rotate', '--overlap', overlap, 'for how many seconds the secret before is accepted'));
    const { key, secret } = (await desk.rotate(id, seconds, { by: byShell, reason })) ?? (await noSuchKey(desk, id));
    const before =
      key.former === null ? 'The secret before has ended' : `The secret before is accepted until ${dateOf(key.former.until)} (UTC)`;
    process.stderr.write(`The key ${key.id} (${key.name}) has another secret. ${before}. Keep the new one: it is shown this once.\n`);
    process.stdout.write(`${secret}\n`);
  },

  async revoke(desk, { reason }, id) {
    const revoked = (await desk.revoke(id, { by: byShell, reason })) ?? (await noSuchKey(desk, id));
    process.stdout.write(`The key ${revoked.id} (${revoked.name}) has been revoked.\n`);
  },
};

/** A key may be named by its whole text too. */
const publicId = (text: string): string => /^fg_([0-9A-Za-z]+)/.exec(text)?.[1] ?? text;

async function noSuchKey(desk: KeyDesk, id: string): Promise<never> {
  const ids = (await desk.list()).filter(({ revokedAt }) => revokedAt === null).map((key) => `${key.id} (${key.name})`);
  throw new GatewayError('BAD_REQUEST', `There is no key "${id}". Keys in force: ${ids.join(', ') || 'none'}.`);
}

/** What is not named stays as it is. */
function changeOf({ key }: Arguments): KeyChange {
  if (key.team !== null)
    throw new GatewayError('BAD_REQUEST', 'A key stays in its team, whose usage it has. `keys create --team` makes one for another team.');
  const written = {
    name: key.name ?? undefined,
    scopes: key.scopes ?? undefined,
    routes: namesIn(key.routes),
    monthlyBudget: removable(key.budget, amountIn('--budget')),
    requestsPerMinute: removable(key.rpm, wholeIn('--rpm')),
    callsPerMinute: removable(key.cpm, wholeIn('--cpm')),
    agent: removable(key.agent, (text) => text),
    session: removable(key.session, sessionIn('--session')),
    expiresAt: removable(key.expires, timeIn('--expires')),
  };
  const change: KeyChange = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  if (Object.keys(change).length > 0) return change;
  throw new GatewayError(
    'BAD_REQUEST',
    'keys update needs what is to be other: --name, --scope, --route, --budget, --rpm, --cpm, --agent, --session or --expires.',
  );
}

function stateOf({ revokedAt, expiresAt }: KeyRecord, now: number): string {
  if (revokedAt !== null) return `revoked ${dateOf(revokedAt)}`;
  if (expiresAt === null) return 'in force';
  return `${expiresAt <= now ? 'expired' : 'until'} ${dateOf(expiresAt)}`;
}

const perMinute = (rate: number | null): string => (rate === null ? '-' : String(rate));
