/**
 * Rules of the operator: which deployments of a route a call may go to, and how long its input may be, by team and by what it sends.
 *
 * Each rule that applies takes away from what the route has; none gives. A call whose rules leave no deployment is refused before anything
 * is sent, and the sentence names the rule.
 */
import type { Call } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import { mayUse } from './fit.ts';
import type { Deployment, Route } from './route.ts';

export interface RoutingRule {
  readonly name: string;
  /** Of these teams and routes, and where the prompt has data of one of these classes; null: whatever it is. */
  readonly teams: readonly string[] | null;
  readonly routes: readonly string[] | null;
  readonly dataClasses: readonly string[] | null;
  /** What is allowed; null: all. A model may end in `*`. */
  readonly deployments: readonly string[] | null;
  readonly models: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly maxInputTokens: number | null;
}

export type RuledCall = Pick<Call, 'route' | 'uses'> & { readonly principal: Pick<Call['principal'], 'team' | 'routes'> };

export interface RuleBook {
  readonly rules: readonly RoutingRule[];
  /** Classes of the data that the field at that coordinate sends. */
  readonly classesOf: (coordinate: string) => readonly string[];
}

/** Those that apply to the call, in the order of the configuration. */
export function rulesFor(call: RuledCall, { rules, classesOf }: RuleBook): readonly RoutingRule[] {
  const classes = call.uses.flatMap(({ coordinate }) => classesOf(coordinate));
  return rules.filter(
    ({ teams, routes, dataClasses }) =>
      (teams === null || (call.principal.team !== null && teams.includes(call.principal.team))) &&
      (routes === null || routes.includes(call.route)) &&
      (dataClasses === null || dataClasses.some((name) => classes.includes(name))),
  );
}

/** The deployments that the rules leave of these. */
export const allowedBy = (rules: readonly RoutingRule[], deployments: readonly Deployment[]): readonly Deployment[] =>
  deployments.filter((deployment) => rules.every((rule) => allows(rule, deployment)));

function allows(rule: RoutingRule, { id, model, region }: Deployment): boolean {
  return (
    (rule.deployments?.includes(id) ?? true) &&
    (rule.models?.some((pattern) => matches(pattern, model)) ?? true) &&
    (rule.regions === null || (region !== null && rule.regions.includes(region)))
  );
}

/** `gpt-5*`: every model whose name begins so. */
export const matches = (pattern: string, model: string): boolean =>
  pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model;

/** What the rules leave of the call's route; undefined: there is no such route. Throws FORBIDDEN when no deployment is left. */
export type RouteFor = (call: RuledCall) => Route | undefined;

export const unruled =
  (routes: ReadonlyMap<string, Route>): RouteFor =>
  ({ route }) =>
    routes.get(route);

/** Without rules it is the route itself. With them the same object each time, for calls of a team that send the same classes of data. */
export function routesByRules(routes: ReadonlyMap<string, Route>, book: RuleBook): RouteFor {
  if (book.rules.length === 0) return unruled(routes);
  const left = new Map<string, Route>();
  return (call) => {
    const route = routes.get(call.route);
    const rules = route === undefined ? [] : rulesFor(call, book);
    if (route === undefined || rules.length === 0) return route;
    const key = JSON.stringify([route.name, rules.map(({ name }) => name)]);
    const known = left.get(key) ?? leftOf(call, route, rules, { routes, book });
    left.set(key, known);
    return known;
  };
}

interface Known {
  readonly routes: ReadonlyMap<string, Route>;
  readonly book: RuleBook;
}

function leftOf(call: RuledCall, route: Route, rules: readonly RoutingRule[], known: Known): Route {
  const [first, ...others] = allowedBy(rules, route.deployments);
  if (first === undefined) throw noneAllowed(call, route, rules, known);
  const bound = rules
    .flatMap(({ name, maxInputTokens }) => (maxInputTokens === null ? [] : [{ rule: name, tokens: maxInputTokens }]))
    .toSorted((a, b) => a.tokens - b.tokens)[0];
  return { ...route, deployments: [first, ...others], inputBound: bound ?? null };
}

/** Names of routes alone that the caller may use: of others it learns nothing. */
function noneAllowed(call: RuledCall, route: Route, rules: readonly RoutingRule[], { routes, book }: Known): GatewayError {
  const alone = rules.find((rule) => allowedBy([rule], route.deployments).length === 0);
  const which =
    alone === undefined
      ? `The rules ${rules.map((rule) => `"${rule.name}"`).join(' and ')} together leave`
      : `The rule "${alone.name}" leaves`;
  const because = alone === undefined ? '' : whyOf(alone);
  const usable = [...routes.values()].filter(
    (other) =>
      embeds(other) === embeds(route) &&
      mayUse(call.principal, other.name) &&
      allowedBy(rulesFor({ ...call, route: other.name }, book), other.deployments).length > 0,
  );
  const remedy = usable.length === 0 ? 'No route of yours has one.' : `Routes that have one: ${usable.map(({ name }) => name).join(', ')}.`;
  return new GatewayError('FORBIDDEN', `${which} no deployment of the route "${route.name}" to this call${because}. ${remedy}`);
}

const embeds = ({ deployments: [first] }: Route): boolean => first.capabilities.includes('embedding');

function whyOf({ dataClasses, deployments, models, regions }: RoutingRule): string {
  const allowed = [
    ...(deployments === null ? [] : [`the deployments ${deployments.join(', ')}`]),
    ...(models === null ? [] : [`the models ${models.join(', ')}`]),
    ...(regions === null ? [] : [`the regions ${regions.join(', ')}`]),
  ].join(' and ');
  const data = dataClasses === null ? 'It' : `It sends data of the class ${dataClasses.join(' or ')}, which`;
  return `. ${data} may go to ${allowed} alone`;
}
