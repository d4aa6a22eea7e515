/** An explanation for people: the caller, each AI field with what applies to it, and the limits that all of it draws on. */
import type { ExplainedField } from '../../assembly/graph/explained-fields.ts';
import type { Principal } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';
import { decimalOf, type NanoUsd } from '../../core/money.ts';
import type { JudgedQuote } from '../../graphql/quote/judged-quote.ts';
import type { RoutingRule } from '../../routing/routing-rules.ts';
import type { BudgetState } from '../../storage/limits/limits.ts';

export interface Explanation {
  readonly principal: Principal;
  readonly quote: JudgedQuote;
  readonly fields: readonly ExplainedField[];
  /** Of the budgets among the limits of the principal. */
  readonly budgets: readonly BudgetState[];
}

export function explanationText({ principal, quote, fields, budgets }: Explanation): string {
  return [callerText(principal), verdict(quote), ...fields.map(fieldText), limitsText(principal, budgets)].join('\n\n');
}

function callerText({ id, team, organisation, scopes, routes, cacheSharing = 'team' }: Principal): string {
  return lines([
    ['caller', `${id}, team ${team ?? 'none'}, organisation ${organisation ?? 'none'}`],
    ['scopes', scopes.join(' ') || 'none'],
    ['routes', routes === null ? 'all' : routes.join(' ') || 'none'],
    ['kept answers', `shared with its ${cacheSharing}`],
  ]);
}

function verdict({ allowed, reason, cost, fields }: JudgedQuote): string {
  if (fields.length === 0) return 'The operation asks no model: no rule, route or guard applies.';
  const price = cost === null ? 'What it can cost is unknown' : `It can cost ${usd(cost)} at most`;
  return allowed ? `The operation would run. ${price}.` : `The operation would be refused: ${reason} ${price}.`;
}

function fieldText(field: ExplainedField): string {
  const { use, scopes, refusal, route, rules, dataClasses, deployments, guardrails, masked } = field;
  const needs = scopes === null ? 'no scope' : `${scopes.map((all) => all.join(' and ')).join(', or ')}: ${refusal ?? 'the caller has it'}`;
  return lines([
    [
      use.path,
      `${use.coordinate}, at most ${use.calls} ${use.calls === 1 ? 'call' : 'calls'}, ${use.cost === null ? 'of unknown price' : usd(use.cost)}`,
    ],
    ['  needs', needs],
    [
      '  route',
      route === null ? 'not known from the document' : `${route.name}: the caller ${route.allowed ? 'may use it' : 'may not use it'}`,
    ],
    ['  sends', dataClasses.length === 0 ? 'no classified data' : `data of the class ${dataClasses.join(', ')}`],
    ...(rules.length === 0 ? [['  rules', 'none applies'] as const] : rules.map((rule) => ['  rule', ruleText(rule)] as const)),
    ['  goes to', deployments.join(', ') || 'no deployment: the call is refused'],
    ['  guards', [...guardrails, ...(masked ? ['masking of personal data'] : [])].join(', ') || 'none'],
  ]);
}

function ruleText({ name, teams, routes, dataClasses, deployments, models, regions, maxInputTokens }: RoutingRule): string {
  const because = [
    ...(teams === null ? [] : [`the team is ${teams.join(' or ')}`]),
    ...(routes === null ? [] : [`the route is ${routes.join(' or ')}`]),
    ...(dataClasses === null ? [] : [`it sends ${dataClasses.join(' or ')} data`]),
  ];
  const allowed = [
    ...(deployments === null ? [] : [`deployments ${deployments.join(', ')}`]),
    ...(models === null ? [] : [`models ${models.join(', ')}`]),
    ...(regions === null ? [] : [`regions ${regions.join(', ')}`]),
    ...(maxInputTokens === null ? [] : [`at most ${maxInputTokens} input tokens`]),
  ];
  return `${name}: ${allowed.join('; ')}, because ${because.join(' and ') || 'it is about every call'}`;
}

function limitsText({ limits }: Principal, budgets: readonly BudgetState[]): string {
  if (limits.length === 0) return 'No limit applies.';
  let at = 0;
  return lines(limits.map((limit) => [limit.name, limit.kind === 'budget' ? budgetText(budgets[at++]) : rateText(limit)]));
}

function budgetText(budget: BudgetState | undefined): string {
  if (budget === undefined) return 'a budget';
  const { limit, per, spent, held, resetsAt } = budget;
  const end = resetsAt === null ? 'never ends' : `ends ${new Date(resetsAt).toISOString()}`;
  return `${usd(limit)} a ${per}: ${usd(spent)} spent, ${usd(held)} held; ${end}`;
}

function rateText(limit: Exclude<Limit, { kind: 'budget' }>): string {
  if (limit.kind === 'quota') return `${limit.most} ${limit.of} a ${limit.per}`;
  return limit.kind === 'concurrency' ? `${limit.most} calls at a time` : `${limit.perMinute} ${limit.kind} a minute`;
}

const usd = (amount: NanoUsd): string => `${decimalOf(amount)} USD`;

function lines(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, told]) => `${name.padEnd(width)}  ${told}`).join('\n');
}
