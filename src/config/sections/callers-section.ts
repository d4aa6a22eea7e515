/** Who may use the gateway, and how much callers may use together: organisations, teams, and issuers of JWTs such as a company's login. */
import { agentForm, isAgentName } from '../../access/agents/agent.ts';
import { signatureAlgorithms } from '../../access/jwt/issuer.ts';
import { sharings } from '../../access/teams/within-policies.ts';
import { isSafeAddress } from '../kinds/addresses.ts';
import { each, listOf } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, oneOf, text, usd } from '../kinds/texts.ts';
import { budgetList, timeZone } from './budgets/budget-section.ts';
import { sessionSection } from './budgets/session-section.ts';

const dailyBudget = usd('25.00', { otherwise: 'no limit' });
const monthlyBudget = usd('25.00', { otherwise: 'no limit' });
const budgets = budgetList({ otherwise: 'no limit' });
const requestsPerMinute = wholeNumber({ otherwise: 'no limit' });
const callsPerMinute = wholeNumber({ otherwise: '`requestsPerMinute`' });
const tokensPerMinute = wholeNumber({ max: 50_000_000, otherwise: 'no limit' });
const concurrency = wholeNumber({ otherwise: 'no limit' });

const scope = text({
  accepted: 'a scope, such as ai:use: printable characters without spaces',
  fits: (value) => /^[!-~]+$/.test(value),
});
const scopes = listOf(scope, { otherwise: 'all' });
const routes = listOf(nameOf('routes'), { otherwise: 'all' });
const guardrails = listOf(text({ accepted: 'the name of a guardrail of `guardrails`' }), { otherwise: 'those of the routes alone' });

/** Maximum that the teams of an organisation may have. */
export const organisationSection = section('organisations.<name>', {
  /** A description for people, shown by `aiOrganisations`. */
  description: text(),
  /** Scopes that its callers may have at most, whatever their keys, tokens and teams allow. */
  scopes,
  /** Routes that its callers may use at most. */
  routes,
  /** Maximum cost of all its calls in one day. */
  dailyBudget,
  /** Maximum cost of all its calls in one calendar month. */
  monthlyBudget,
  /** Maximum cost of all its calls per day, week or month, or in total. All given budgets apply. */
  budgets,
  /** Time zone in which the days, weeks and months of its budgets and of its teams' budgets begin. */
  timeZone: timeZone({ otherwise: 'that of the gateway' }),
  /** Maximum number of operations per minute; also of model calls, until `callsPerMinute` is given. */
  requestsPerMinute,
  /** Maximum number of model calls per minute. */
  callsPerMinute,
  /** Maximum number of input and output tokens per minute. */
  tokensPerMinute,
  /** Maximum number of calls at the same time. */
  concurrency,
  /** Limits of one session of its callers. */
  session: sessionSection,
  /**
   * Names of guardrails that check all its calls, together with the guardrails of the routes. A guardrail with `routes: []` checks such calls only.
   */
  guardrails,
  /** Who shares kept answers, among callers with the same scopes and routes: all its teams, each `team`, or each `principal` alone. */
  cacheSharing: oneOf(sharings, { plural: 'Sharings', default: 'team' }),
});

/** Limits of one agent of a team, whichever keys and tokens it uses. */
export const agentSection = section('teams.<name>.agents.<name>', {
  /** Maximum cost of the agent's calls in one day. */
  dailyBudget,
  /** Maximum cost of the agent's calls in one calendar month. */
  monthlyBudget,
  /** Maximum cost of the agent's calls per day, week or month, or in total. All given budgets apply. */
  budgets,
  /** Maximum number of operations per minute; also of model calls, until `callsPerMinute` is given. */
  requestsPerMinute,
  /** Maximum number of model calls per minute. */
  callsPerMinute,
  /** Maximum number of input and output tokens per minute. */
  tokensPerMinute,
  /** Maximum number of calls at the same time. */
  concurrency,
  /** Limits of one of the agent's sessions, in addition to those of its team. */
  session: sessionSection,
});

/** Limits that all callers of a team share. */
export const teamSection = section('teams.<name>', {
  /** The organisation that the team belongs to, a name of `organisations`. The team never has more than its organisation. */
  organisation: text({ accepted: 'the name of an organisation', otherwise: 'none' }),
  /** A description for people, shown by `aiTeams`. */
  description: text(),
  /** Scopes that its callers may have at most, whatever their keys and tokens allow. */
  scopes,
  /** Routes that its callers may use at most. */
  routes,
  /** Maximum cost of all its calls in one day. */
  dailyBudget,
  /** Maximum cost of all its calls in one calendar month. */
  monthlyBudget,
  /** Maximum cost of all its calls per day, week or month, or in total. All given budgets apply. */
  budgets,
  /** Time zone in which the days, weeks and months of its budgets and of its callers' budgets begin. */
  timeZone: timeZone({ otherwise: 'that of its organisation, else of the gateway' }),
  /**
   * Maximum number of operations per minute (queries, mutations, quotes, ingestions, subscriptions). Each counts once, before it runs. Until
   * `callsPerMinute` is given, model calls have the same maximum and are counted separately.
   */
  requestsPerMinute,
  /** Maximum number of model calls per minute: an operation with ten AI fields may make ten, one without AI fields makes none. */
  callsPerMinute,
  /**
   * Maximum number of input and output tokens per minute. A call first takes the most that it can use (its input and `maxOutputTokens`), and gives
   * back what it did not use.
   */
  tokensPerMinute,
  /** Maximum number of calls at the same time. */
  concurrency,
  /** Limits of one session of its callers, in addition to those of its organisation. */
  session: sessionSection,
  /**
   * Names of guardrails that check all its calls, together with those of the routes and of its organisation. A guardrail with `routes: []` checks
   * such calls only.
   */
  guardrails,
  /** Who shares kept answers, among callers with the same scopes and routes. It may be narrower than for its organisation, never wider. */
  cacheSharing: oneOf(sharings, { plural: 'Sharings', otherwise: 'as its organisation says, else `team`' }),
  /** Maximum cost per day of one end user of the team. End users are named by `AI-User`, by a short-lived token, or by an issuer. */
  dailyBudgetPerUser: usd('0.50', { otherwise: 'no limit' }),
  /** Maximum cost per calendar month of one end user. */
  monthlyBudgetPerUser: usd('5.00', { otherwise: 'no limit' }),
  /** Maximum cost of one end user per day, week or month, or in total. */
  budgetsPerUser: budgets,
  /** Maximum number of operations per minute of one end user. */
  requestsPerMinutePerUser: wholeNumber({ otherwise: 'no limit' }),
  /** Maximum number of model calls per minute of one end user. */
  callsPerMinutePerUser: wholeNumber({ otherwise: '`requestsPerMinutePerUser`' }),
  /** Maximum number of input and output tokens per minute of one end user. */
  tokensPerMinutePerUser: tokensPerMinute,
  /** Maximum number of calls of one end user at the same time. */
  concurrencyPerUser: wholeNumber({ otherwise: 'no limit' }),
  /** Limits of the team's agents, by name of the agent. `*` is for each agent that is not named here, on an account of its own. */
  agents: each(agentSection),
  /** The contract of `graph.contracts` that limits its callers. */
  contract: text({ accepted: 'the name of a contract', otherwise: 'none: they see the whole graph' }),
});

const address = 'an https address without query and fragment (http on this machine alone), such as https://login.example.com';

const isIssuer = (url: string): boolean => isSafeAddress(url) && URL.parse(url)?.search === '';

const teamName = text({
  accepted: 'the name of a team: letters, digits, ., _ and -, at most 64',
  fits: (value) => /^[\w.-]{1,64}$/.test(value),
});

const organisationName = text({
  accepted: 'the name of an organisation: letters, digits, _ and -, at most 64',
  fits: (value) => /^[\w-]{1,64}$/.test(value),
});

const agentName = text({ accepted: `the name of an agent: ${agentForm}`, fits: isAgentName });

const claim = 'the name of a claim, with dots where it is a member of another: realm_access.roles';

export const issuerSection = section('issuers.<name>', {
  /** The `iss` of its tokens, character by character. */
  issuer: needed(text({ accepted: address, fits: isIssuer })),
  /** The `aud` that its tokens must have: the name of this gateway at the issuer. One of several is enough. */
  audiences: needed(listOf(text(), { whenEmpty: (path) => [`${path} is empty. A token without an audience could be meant for anybody.`] })),
  /** Address of its public keys. */
  jwksUrl: text({ accepted: address, fits: isSafeAddress, otherwise: 'what `<issuer>/.well-known/openid-configuration` says' }),
  /** Algorithms of signatures that are accepted. */
  algorithms: listOf(oneOf(signatureAlgorithms, { plural: 'Algorithms' }), {
    default: signatureAlgorithms,
    whenEmpty: (path) => [`${path} is empty. Leave it out for all: ${signatureAlgorithms.join(', ')}.`],
  }),
  /** Maximum difference between its clock and ours. */
  clockSkewSeconds: wholeNumber({ min: 0, max: 300, unit: 'seconds', default: 30 }),
  /** The claim that names the user: a text that never changes for a user. */
  userClaim: text({ accepted: claim, default: 'sub' }),
  /** Scopes of all its callers. */
  scopes: listOf(scope, { default: [] }),
  /** The claim with further scopes of a caller: a text of words, or a list. */
  scopesClaim: text({ accepted: claim, otherwise: '`scope`, and where there is none `scp`' }),
  /** Scopes by value of that claim, such as `{ engineers: ['ai:use', 'ai:ingest'] }`. Other values are ignored. */
  scopesByValue: each(listOf(scope)),
  /** The team of callers whose token names none. */
  team: teamName,
  /** The claim that names the caller's team. */
  teamClaim: text({ accepted: claim, otherwise: '`team` holds for all' }),
  /** Teams by value of that claim, such as `{ 'grp-42': 'search' }`. The first value that is named here counts. */
  teamByValue: each(teamName),
  /**
   * The organisation of callers whose token names none. Teams of other organisations are then refused. A caller without a team has the limits of
   * the organisation.
   */
  organisation: organisationName,
  /** The claim that names the caller's organisation. */
  organisationClaim: text({ accepted: claim, otherwise: '`organisation` holds for all, else that of the team' }),
  /** Organisations by value of that claim, such as `{ 'org-7': 'acme' }`. A token with another value is refused. */
  organisationByValue: each(organisationName),
  /** Routes that its callers may use. */
  routes: listOf(nameOf('routes'), { otherwise: 'all' }),
  /** Maximum cost per day of one user. */
  dailyBudgetPerUser: usd('0.50', { otherwise: 'no limit' }),
  /** Maximum cost per calendar month of one user. */
  monthlyBudgetPerUser: usd('5.00', { otherwise: 'no limit' }),
  /** Maximum cost of one user per day, week or month, or in total. */
  budgetsPerUser: budgets,
  /** Maximum number of operations per minute of one user. */
  requestsPerMinutePerUser: wholeNumber({ otherwise: 'no limit' }),
  /** Maximum number of model calls per minute of one user. */
  callsPerMinutePerUser: wholeNumber({ otherwise: '`requestsPerMinutePerUser`' }),
  /** Maximum number of input and output tokens per minute of one user: see `teams.<name>.tokensPerMinute`. */
  tokensPerMinutePerUser: tokensPerMinute,
  /** Maximum number of calls of one user at the same time. */
  concurrencyPerUser: concurrency,
  /** The claim that names the agent which asks for the user: the actor of a delegated token (RFC 8693), or `azp` for the application. */
  agentClaim: text({ accepted: claim, default: 'act.sub' }),
  /** Agents by value of that claim, such as `{ '0oa4x2': 'support-bot' }`. Other values name no agent. */
  agentByValue: each(agentName),
  /** Limits of one session of a user. */
  session: sessionSection,
  /** The claim that names the session, such as `sid`. The header `AI-Session` is then ignored. */
  sessionClaim: text({ accepted: claim, otherwise: 'the header `AI-Session` names it' }),
});
