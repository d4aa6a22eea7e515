/**
 * `fieldgate keys`: creates, lists and revokes virtual keys on the state folder, with the same rules as the mutations, also
 * while a server runs.
 */
import { keyDesk } from '../../access/issue-keys.ts';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, nanoUsdOf } from '../../core/money.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage } from '../open-state.ts';
import { formatTable } from '../text/table.ts';

type Desk = ReturnType<typeof keyDesk>;

export async function keys(args: Arguments): Promise<void> {
  const [action, id, ...more] = args.rest;
  const act = action === undefined || !Object.hasOwn(actions, action) ? undefined : actions[action];
  if (act === undefined || more.length > 0 || (id === undefined) === (action === 'revoke'))
    throw new GatewayError('BAD_REQUEST', 'keys takes what to do: create --name NAME --team TEAM, list, or revoke ID.');
  const { config, folder } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    await act(keyDesk(storage.keys, { routes: Object.keys(config.routes) }), args, id ?? '');
  } finally {
    await storage.close();
  }
}

const actions: Readonly<Record<string, (desk: Desk, args: Arguments, id: string) => Promise<void>>> = {
  async create(desk, { key }) {
    const { secret, key: record } = await desk.issue({
      name: given('--name', key.name, 'what the key is for'),
      team: given('--team', key.team, 'whose budget and cache it shares'),
      scopes: key.scopes,
      routes: key.routes,
      monthlyBudget: key.budget === null ? null : amountOf(key.budget),
      requestsPerMinute: key.rpm === null ? null : Number(key.rpm),
      callsPerMinute: key.cpm === null ? null : Number(key.cpm),
      expiresAt: key.expires === null ? null : timeOf(key.expires),
    });
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
      stateOf(key, Date.now()),
    ]);
    process.stdout.write(
      `${formatTable(['id', 'name', 'team', 'scopes', 'routes', 'USD a month', 'requests a minute', 'calls a minute', 'state'], rows)}\n`,
    );
  },

  async revoke(desk, _, text) {
    const id = /^fg_([0-9A-Za-z]+)/.exec(text)?.[1] ?? text;
    const revoked = await desk.revoke(id);
    if (revoked === null) {
      const ids = (await desk.list()).filter(({ revokedAt }) => revokedAt === null).map((key) => `${key.id} (${key.name})`);
      throw new GatewayError('BAD_REQUEST', `There is no key "${id}". Keys in force: ${ids.join(', ') || 'none'}.`);
    }
    process.stdout.write(`The key ${revoked.id} (${revoked.name}) has been revoked.\n`);
  },
};

function stateOf({ revokedAt, expiresAt }: KeyRecord, now: number): string {
  if (revokedAt !== null) return `revoked ${dateOf(revokedAt)}`;
  if (expiresAt === null) return 'in force';
  return `${expiresAt <= now ? 'expired' : 'until'} ${dateOf(expiresAt)}`;
}

const perMinute = (rate: number | null): string => (rate === null ? '-' : String(rate));

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

function given(flag: string, value: string | null, what: string): string {
  if (value !== null) return value;
  throw new GatewayError('BAD_REQUEST', `keys create needs ${flag}: ${what}.`);
}

function amountOf(text: string): number {
  const amount = nanoUsdOf(text);
  if (amount !== null) return amount;
  throw new GatewayError('BAD_REQUEST', `--budget is "${text}". It must be US dollars, such as 25.00.`);
}

function timeOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (new Date(time || 0).toISOString().startsWith(text.slice(0, 10))) return time;
  throw new GatewayError('BAD_REQUEST', `--expires is "${text}". It must be a date in UTC, such as 2027-01-31 or 2027-01-31T18:00Z.`);
}
