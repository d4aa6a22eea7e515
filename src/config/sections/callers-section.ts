/** Who may come in, and what callers may ask together: organisations, teams, and issuers of JWTs (the company's login, for example). */
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

/** What the teams of an organisation have at most. */
export const organisationSection = section('organisations.<name>', {
  /** What it is, for people: `aiOrganisations` shows it. */
  description: text(),
  /** Scopes that its callers have at most, whatever their keys, tokens and teams say. */
  scopes,
  /** Routes that its callers may use at most. */
  routes,
  /** What all its calls of one day may cost. */
  dailyBudget,
  /** What all its calls of one calendar month may cost. */
  monthlyBudget,
  /** What all its calls may cost, by the day, week, month or for ever. All that are given are kept. */
  budgets,
  /** The time zone in which the days, weeks and months of its budgets and of its teams' begin. */
  timeZone: timeZone({ otherwise: 'that of the gateway' }),
  /** Operations a minute; model calls too, until `callsPerMinute` is given. */
  requestsPerMinute,
  /** Model calls a minute. */
  callsPerMinute,
  /** Tokens a minute, of input and output together. */
  tokensPerMinute,
  /** Calls at one time. */
  concurrency,
  /** What one session of its callers may use. */
  session: sessionSection,
  /** Guardrails that check all its calls, by their names, beside those of the routes. One that stands with `routes: []` checks such calls alone. */
  guardrails,
  /** Who shares kept answers, among callers with the same scopes and routes: all its teams, each `team`, or each `principal` alone. */
  cacheSharing: oneOf(sharings, { plural: 'Sharings', default: 'team' }),
});

/** What one agent of a team may use, whichever keys and tokens it shows. */
export const agentSection = section('teams.<name>.agents.<name>', {
  /** What its calls of one day may cost. */
  dailyBudget,
  /** What its calls of one calendar month may cost. */
  monthlyBudget,
  /** What its calls may cost, by the day, week, month or for ever. All that are given are kept. */
  budgets,
  /** Operations a minute; model calls too, until `callsPerMinute` is given. */
  requestsPerMinute,
  /** Model calls a minute. */
  callsPerMinute,
  /** Tokens a minute, of input and output together. */
  tokensPerMinute,
  /** Calls at one time. */
  concurrency,
  /** What one of its sessions may use, beside what its team says. */
  session: sessionSection,
});

/** Limits shared by all callers of a team. */
export const teamSection = section('teams.<name>', {
  /** The organisation that it belongs to, a name of `organisations`: it never has more than that. */
  organisation: text({ accepted: 'the name of an organisation', otherwise: 'none' }),
  /** What it is, for people: `aiTeams` shows it. */
  description: text(),
  /** Scopes that its callers have at most, whatever their keys and tokens say. */
  scopes,
  /** Routes that its callers may use at most. */
  routes,
  /** What all its calls of one day may cost. */
  dailyBudget,
  /** What all its calls of one calendar month may cost. */
  monthlyBudget,
  /** What all its calls may cost, by the day, week, month or for ever. All that are given are kept. */
  budgets,
  /** The time zone in which the days, weeks and months of its budgets and of its callers' begin. */
  timeZone: timeZone({ otherwise: 'that of its organisation, else of the gateway' }),
  /**
   * Operations a minute (queries, mutations, quotes, ingestions, subscriptions), each counted once before it runs. Model calls
   * are held to the same number, counted apart, until `callsPerMinute` is given.
   */
  requestsPerMinute,
  /** Model calls a minute: an operation with ten AI fields may make ten, one without makes none. */
  callsPerMinute,
  /**
   * Tokens a minute, of input and output together. A call takes at its beginning what it can use at most (its input, and
   * `maxOutputTokens`), and gives back what it did not use.
   */
  tokensPerMinute,
  /** Calls at one time. */
  concurrency,
  /** What one session of its callers may use, beside what its organisation says. */
  session: sessionSection,
  /** Guardrails that check all its calls, by their names, beside those of the routes and of its organisation. One that stands with `routes: []` checks such calls alone. */
  guardrails,
  /** Who shares kept answers, among callers with the same scopes and routes. It may be narrower than what its organisation says, not wider. */
  cacheSharing: oneOf(sharings, { plural: 'Sharings', otherwise: 'as its organisation says, else `team`' }),
  /** What one end user of the team may spend in a day: whom its keys act for, whom its tokens are for, and users of issuers. */
  dailyBudgetPerUser: usd('0.50', { otherwise: 'no limit' }),
  /** What one end user may spend in a calendar month. */
  monthlyBudgetPerUser: usd('5.00', { otherwise: 'no limit' }),
  /** What one end user may spend, by the day, week, month or for ever. */
  budgetsPerUser: budgets,
  /** Operations that one end user may ask in a minute. */
  requestsPerMinutePerUser: wholeNumber({ otherwise: 'no limit' }),
  /** Model calls that one end user may make in a minute. */
  callsPerMinutePerUser: wholeNumber({ otherwise: '`requestsPerMinutePerUser`' }),
  /** Tokens of input and output that one end user may use in a minute. */
  tokensPerMinutePerUser: tokensPerMinute,
  /** Calls of one end user at one time. */
  concurrencyPerUser: wholeNumber({ otherwise: 'no limit' }),
  /** What each agent of the team may use, by the name of the agent; `*`: each that is not named here, on its own account. */
  agents: each(agentSection),
  /** The contract of `graph.contracts` that its callers are held to. */
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
  /** What its tokens have as `iss`, character by character. */
  issuer: needed(text({ accepted: address, fits: isIssuer })),
  /** What its tokens must have as `aud`: the name of this gateway at the issuer. Several: one of them. */
  audiences: needed(listOf(text(), { whenEmpty: (path) => [`${path} is empty. A token without an audience could be meant for anybody.`] })),
  /** Where its keys are. */
  jwksUrl: text({ accepted: address, fits: isSafeAddress, otherwise: 'what `<issuer>/.well-known/openid-configuration` says' }),
  /** Signatures that are accepted. */
  algorithms: listOf(oneOf(signatureAlgorithms, { plural: 'Algorithms' }), {
    default: signatureAlgorithms,
    whenEmpty: (path) => [`${path} is empty. Leave it out for all: ${signatureAlgorithms.join(', ')}.`],
  }),
  /** How far its clock may be from ours. */
  clockSkewSeconds: wholeNumber({ min: 0, max: 300, unit: 'seconds', default: 30 }),
  /** The claim that says who the user is: a text that stays the same for one user. */
  userClaim: text({ accepted: claim, default: 'sub' }),
  /** Scopes that all its callers have. */
  scopes: listOf(scope, { default: [] }),
  /** The claim with their further scopes: a text of words, or a list. */
  scopesClaim: text({ accepted: claim, otherwise: '`scope`, and where there is none `scp`' }),
  /** What a value of that claim stands for, such as `{ engineers: ['ai:use', 'ai:ingest'] }`. Values that are not named here count for nothing. */
  scopesByValue: each(listOf(scope)),
  /** The team of callers whose token names none. */
  team: teamName,
  /** The claim that names the caller's team. */
  teamClaim: text({ accepted: claim, otherwise: '`team` holds for all' }),
  /** What a value of that claim stands for, such as `{ 'grp-42': 'search' }`. The first value that is named here counts. */
  teamByValue: each(teamName),
  /** The organisation of callers whose token names none: teams of others are refused, and who has no team has what the organisation has at most. */
  organisation: organisationName,
  /** The claim that names the caller's organisation. */
  organisationClaim: text({ accepted: claim, otherwise: '`organisation` holds for all, else that of the team' }),
  /** What a value of that claim stands for, such as `{ 'org-7': 'acme' }`. A token whose value is not named here is refused. */
  organisationByValue: each(organisationName),
  /** The routes that its callers may use. */
  routes: listOf(nameOf('routes'), { otherwise: 'all' }),
  /** What one user may spend in a day. */
  dailyBudgetPerUser: usd('0.50', { otherwise: 'no limit' }),
  /** What one user may spend in a calendar month. */
  monthlyBudgetPerUser: usd('5.00', { otherwise: 'no limit' }),
  /** What one user may spend, by the day, week, month or for ever. */
  budgetsPerUser: budgets,
  /** Operations that one user may ask in a minute. */
  requestsPerMinutePerUser: wholeNumber({ otherwise: 'no limit' }),
  /** Model calls that one user may make in a minute. */
  callsPerMinutePerUser: wholeNumber({ otherwise: '`requestsPerMinutePerUser`' }),
  /** Tokens of input and output that one user may use in a minute: see `teams.<name>.tokensPerMinute`. */
  tokensPerMinutePerUser: tokensPerMinute,
  /** Calls of one user at one time. */
  concurrencyPerUser: concurrency,
  /** The claim that names the agent which asks for the user: the actor of a delegated token (RFC 8693), `azp` for the application. */
  agentClaim: text({ accepted: claim, default: 'act.sub' }),
  /** What a value of that claim stands for, such as `{ '0oa4x2': 'support-bot' }`. Other values name no agent. */
  agentByValue: each(agentName),
  /** What one session of a user may use. */
  session: sessionSection,
  /** The claim that names the session, such as `sid`. The header `AI-Session` is then not asked. */
  sessionClaim: text({ accepted: claim, otherwise: 'the header `AI-Session` names it' }),
});
