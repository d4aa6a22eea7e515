/**
 * `fieldgate teams` and `fieldgate organisations`: list, make, change and archive them on the state folder, with the same rules as the
 * mutations, also while a server runs. What the configuration declares is listed, and changed there alone.
 */

import { memberDesk } from '../../access/teams/member-desk.ts';
import type { BudgetChange, EntryChange, OrganisationEntry, TeamChange, TeamDesk, TeamEntry } from '../../access/teams/team-desk.ts';
import { teamDesk } from '../../access/teams/team-desk.ts';
import { declaredTeams } from '../../assembly/caller-limits.ts';
import type { CacheSharing } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf } from '../../core/money.ts';
import type { Policy, PolicyBudget } from '../../storage/directory/directory.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage, noteFromShell } from '../open-state.ts';
import { formatTable } from '../text/table.ts';
import { agentLimitsIn, sessionIn, userLimitsIn } from '../text/written-limits.ts';
import { amountIn, byShell, dateOf, namesIn, removable, wholeIn } from '../text/written-values.ts';

export const teams = (args: Arguments): Promise<void> =>
  args.rest[0] === 'add' || args.rest[0] === 'remove'
    ? changeMembers(args, args.rest[0])
    : administer(args, 'team', (desk) => ({
        list: () => desk.teams.list(),
        create: (name) => desk.teams.create(name, teamChange(args), { by: byShell, reason: args.reason }),
        update: (name, change) => desk.teams.update(name, { ...teamChange(args), ...change }, { by: byShell, reason: args.reason }),
      }));

export const organisations = (args: Arguments): Promise<void> =>
  administer(args, 'organisation', (desk) => ({
    list: () => desk.organisations.list(),
    create: (name) => desk.organisations.create(name, changeOf(args), { by: byShell, reason: args.reason }),
    update: (name, change) => desk.organisations.update(name, { ...changeOf(args), ...change }, { by: byShell, reason: args.reason }),
  }));

/** `fieldgate teams add` and `remove`: users of logins whose tokens name no team. */
async function changeMembers(args: Arguments, action: 'add' | 'remove'): Promise<void> {
  const [, team = '', ...more] = args.rest;
  const { issuer, user } = args.team;
  if (team === '' || more.length > 0 || issuer === null || user === null)
    throw new GatewayError('BAD_REQUEST', `teams ${action} takes a team and a user: ${action} NAME --issuer NAME --user NAME.`);
  const { config, folder } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const desk = memberDesk({
      directory: storage.directory,
      teams: teamDesk(declaredTeams(config), storage.directory, { routes: null, guardrails: null }).teams,
      identities: storage.identities,
      issuers: Object.keys(config.issuers ?? {}),
      note: noteFromShell(storage),
    });
    const member = await (action === 'add' ? desk.add(team, { issuer, user }, byShell) : desk.remove(team, { issuer, user }, byShell));
    if (member === null)
      throw new GatewayError('BAD_REQUEST', action === 'add' ? `There is no team "${team}".` : `"${user}" is not in the team "${team}".`);
    process.stdout.write(`${member.record.principal} ${action === 'add' ? 'is in' : 'is no longer in'} the team ${team}.\n`);
  } finally {
    await storage.close();
  }
}

type AnyEntry = TeamEntry | OrganisationEntry;

interface Office {
  list(): Promise<readonly AnyEntry[]>;
  create(name: string): Promise<AnyEntry>;
  /** `change`: beside what the options say. */
  update(name: string, change: Pick<EntryChange, 'archived'>): Promise<AnyEntry | null>;
}

const named = ['create', 'update', 'archive', 'restore'];

async function administer(args: Arguments, kind: 'team' | 'organisation', officeOf: (desk: TeamDesk) => Office): Promise<void> {
  const [action = '', name = '', ...more] = args.rest;
  if (!(action === 'list' || named.includes(action)) || more.length > 0 || (name !== '') !== named.includes(action))
    throw new GatewayError(
      'BAD_REQUEST',
      `${kind}s takes what to do: list, create NAME, update NAME, archive NAME, or restore NAME${kind === 'team' ? '; add NAME or remove NAME a user' : ''}.`,
    );
  const { config, folder } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const guardrails = (config.guardrails ?? []).map(({ guardrail }) => guardrail.name);
    const contracts = Object.keys(config.graph?.contracts ?? {});
    const office = officeOf(
      teamDesk(declaredTeams(config), storage.directory, {
        ...{ routes: Object.keys(config.routes), guardrails, contracts },
        note: noteFromShell(storage),
      }),
    );
    process.stdout.write(await done(office, action, name, kind, args));
  } finally {
    await storage.close();
  }
}

async function done(office: Office, action: string, name: string, kind: string, args: Arguments): Promise<string> {
  if (action === 'list') return `${tableOf(await office.list())}\n`;
  if (action === 'create') {
    await office.create(name);
    return `The ${kind} ${name} has been made.\n`;
  }
  const isChange = action === 'update';
  const { description, organisation, setBudgets } = args.team;
  const isEmpty = Object.keys(teamChange(args).policy ?? {}).length === 0 && (description ?? organisation ?? setBudgets) === null;
  if (isChange === isEmpty)
    throw new GatewayError(
      'BAD_REQUEST',
      isChange
        ? `${kind}s update needs what is to be other: \`fieldgate ${kind}s --help\` lists the options.`
        : `${kind}s ${action} takes a name alone.`,
    );
  const changed = await office.update(name, isChange ? {} : { archived: action === 'archive' });
  if (changed === null) {
    const names = (await office.list()).map(({ record }) => record.name);
    throw new GatewayError('BAD_REQUEST', `There is no ${kind} "${name}". There are: ${names.join(', ') || 'none'}.`);
  }
  if (isChange) return `The ${kind} ${name} has been changed.\n`;
  return action === 'archive'
    ? `The ${kind} ${name} has been archived: nobody of it may ask for anything. \`fieldgate ${kind}s restore ${name}\` brings it back.\n`
    : `The ${kind} ${name} is back.\n`;
}

function teamChange(args: Arguments): TeamChange {
  const { organisation } = args.team;
  return { ...changeOf(args), ...(organisation === null ? {} : { organisation: organisation === 'none' ? null : organisation }) };
}

/** What is not written stays as it is. */
function changeOf({ team, contract }: Arguments): EntryChange {
  const policy: { readonly [K in keyof Policy]?: Policy[K] | undefined } = {
    scopes: namesIn(team.scopes),
    routes: namesIn(team.routes),
    budgets: team.budgets === null ? undefined : team.budgets.includes('none') ? [] : team.budgets.map(budgetIn),
    requestsPerMinute: removable(team.rpm, wholeIn('--rpm')),
    callsPerMinute: removable(team.cpm, wholeIn('--cpm')),
    tokensPerMinute: removable(team.tpm, wholeIn('--tpm')),
    concurrency: removable(team.concurrency, wholeIn('--concurrency')),
    guardrails: team.guardrails === null ? undefined : team.guardrails.filter((name) => name !== 'none'),
    cacheSharing: removable(team.share, (text) => text as CacheSharing),
    timeZone: removable(team.timeZone, (text) => text),
    contract: removable(contract, (text) => text),
    session: removable(team.session, sessionIn('--session')),
    perUser: removable(team.perUser, userLimitsIn('--per-user')),
    agents: team.agents === null ? undefined : team.agents.includes('none') ? [] : team.agents.map(agentLimitsIn('--agent')),
  };
  const written = Object.entries(policy).filter(([, value]) => value !== undefined);
  return {
    ...(team.description === null ? {} : { description: removable(team.description, (text) => text) ?? null }),
    policy: Object.fromEntries(written) as Partial<Policy>,
    ...(team.setBudgets === null ? {} : { setBudgets: team.setBudgets.map(budgetChangeIn) }),
  };
}

const periods: readonly PolicyBudget['per'][] = ['day', 'week', 'month', 'total'];

const budgetIn = (text: string): PolicyBudget => {
  const { per, amount } = inPeriod('--budget', text);
  return { per, most: amountIn('--budget')(amount) };
};

/** `none` takes it away. */
const budgetChangeIn = (text: string): BudgetChange => {
  const { per, amount } = inPeriod('--set-budget', text);
  return { per, most: amount === 'none' ? null : amountIn('--set-budget')(amount) };
};

/** An amount alone is for a month. */
function inPeriod(flag: string, text: string): { readonly per: PolicyBudget['per']; readonly amount: string } {
  const [, period = 'month', amount = ''] = /^(?:([a-z]+)=)?(.*)$/.exec(text) ?? [];
  const per = periods.find((known) => known === period);
  if (per !== undefined) return { per, amount };
  throw new GatewayError(
    'BAD_REQUEST',
    `${flag} is "${text}". It must be US dollars a month, such as 25.00, or ${periods.join('=…, ')}=….`,
  );
}

const headings = ['name', 'organisation', 'scopes', 'routes', 'USD', 'operations a minute', 'calls at one time', 'made by', 'state'];

function tableOf(entries: readonly AnyEntry[]): string {
  const rows = entries.map(({ record, declared }) => {
    const { scopes, routes, budgets, requestsPerMinute, concurrency } = record.policy;
    return [
      record.name,
      'organisation' in record ? (record.organisation ?? '-') : '',
      scopes?.join(' ') ?? 'all',
      routes?.join(' ') ?? 'all',
      budgets.map(({ per, most }) => `${per}=${decimalOf(most)}`).join(' ') || '-',
      requestsPerMinute?.toString() ?? '-',
      concurrency?.toString() ?? '-',
      declared ? 'the configuration' : record.createdBy,
      record.archivedAt === null ? 'in force' : `archived ${dateOf(record.archivedAt)}`,
    ];
  });
  return formatTable(headings, rows);
}
