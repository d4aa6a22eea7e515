/**
 * Whether a request fits a route: is there such a route, may the caller use it, can its models do it, and is the input short enough.
 *
 * Each question and its refusal stands here once. `operations/` asks what can be known before a Call is made; `pipeline/` asks again, about
 * the request as it will be sent.
 */
import type { Principal } from '../core/call/call.ts';
import { firstNames, GatewayError } from '../core/errors.ts';
import type { CompletionRequest, ModelRequest } from '../core/request/request.ts';
import { estimateInput } from '../core/request/tokens.ts';
import type { Capability } from '../providers/provider.ts';
import type { Deployment } from './route.ts';

/** What the questions need of a route: a Route has it, and so has a route as it is shown to callers. */
export interface RouteFacts {
  readonly name: string;
  readonly providerOptions: readonly string[];
  readonly deployments: readonly DeploymentFacts[];
}

export interface DeploymentFacts {
  readonly model: string;
  readonly capabilities: readonly string[];
  /** Tokens of input and output together; null: unknown. */
  readonly contextWindow: number | null;
}

// Is there such a route?

/** Throws BAD_REQUEST. `remedy`: what would be accepted, as a sentence. */
export function routeNamed<Known extends RouteFacts>(name: string, routes: Iterable<Known>, remedy: string): Known {
  for (const route of routes) if (route.name === name) return route;
  throw new GatewayError('BAD_REQUEST', `There is no route "${name}". ${remedy}`);
}

/** Throws BAD_REQUEST for a provider option that the route does not allow. */
export function checkProviderOptions(options: Readonly<Record<string, unknown>>, route: RouteFacts): void {
  const names = Object.keys(options);
  if (names.length === 0) return;
  const refused = names.filter((key) => !route.providerOptions.includes(key));
  if (refused.length === 0) return;
  const allowed = route.providerOptions.length === 0 ? 'It allows none.' : `It allows: ${route.providerOptions.join(', ')}.`;
  const what = `${firstNames(refused.map((key) => `providerOptions.${key}`))} ${refused.length === 1 ? 'is' : 'are'}`;
  throw new GatewayError('BAD_REQUEST', `${what} not allowed on route "${route.name}". ${allowed}`);
}

// May the caller use it?

export const mayUse = ({ routes }: Pick<Principal, 'routes'>, route: string): boolean => routes === null || routes.includes(route);

/** Throws FORBIDDEN, or UNAUTHENTICATED to a caller without a key. `remedy`: what would be accepted, as a sentence. */
export function checkPermission(principal: Principal, route: string, remedy: string): void {
  if (mayUse(principal, route)) return;
  if (principal.kind !== 'anonymous') throw new GatewayError('FORBIDDEN', `You may not use the route "${route}". ${remedy}`);
  throw new GatewayError('UNAUTHENTICATED', `The route "${route}" needs a key: send "Authorization: Bearer <key>". ${remedy}`);
}

// Can its models do it?

const words: Readonly<Record<Capability, string>> = {
  completion: 'completions',
  embedding: 'embeddings',
  tools: 'tools',
  images: 'images',
  files: 'files',
  json: 'JSON output',
  reasoning: 'reasoning',
  extractive: 'extraction',
};

/** What the request needs of a model. */
export function needsOf(request: ModelRequest): readonly Capability[] {
  if (request.kind === 'embedding') return ['embedding'];
  const needs: Capability[] = ['completion'];
  if (request.tools.length > 0 && request.toolChoice.type !== 'none') needs.push('tools');
  if (request.output.format === 'json') needs.push('json');
  if (hasPart(request, 'image')) needs.push('images');
  if (hasPart(request, 'file')) needs.push('files');
  return needs;
}

const hasPart = ({ messages }: CompletionRequest, type: 'image' | 'file'): boolean =>
  messages.some(({ content }) => content.some((part) => part.type === type));

export const can = ({ capabilities }: Pick<DeploymentFacts, 'capabilities'>, needs: readonly Capability[]): boolean =>
  needs.every((need) => capabilities.includes(need));

/** Names of the routes that have a deployment with these capabilities. */
export const routesThatCan = (routes: Iterable<RouteFacts>, needs: readonly Capability[]): readonly string[] =>
  [...routes].filter(({ deployments }) => deployments.some((deployment) => can(deployment, needs))).map(({ name }) => name);

/** `JSON output and images`: needs in the words of a sentence; what every completion needs goes without saying. */
export function namesOf(needs: readonly Capability[]): string {
  const special = needs.filter((need) => need !== 'completion');
  return (special.length === 0 ? needs : special).map((need) => words[need]).join(' and ');
}

// Is the input short enough?

/** Input tokens in total, and of the longest text to embed. Estimated once per request object. */
export const inputEstimateOf = estimateInput;

/** Throws CONTEXT_TOO_LONG when a completion's input is longer than the maximum that the request itself sets. */
export function checkInputBound(request: ModelRequest): void {
  if (request.kind !== 'completion' || request.maxInputTokens === null) return;
  const { total } = inputEstimateOf(request);
  if (total <= request.maxInputTokens) return;
  throw new GatewayError(
    'CONTEXT_TOO_LONG',
    `The input is about ${total} tokens long, and maxInputTokens allows ${request.maxInputTokens}. Nothing was sent.`,
  );
}

/** Input tokens that the deployment has room for, beside the answer that the request asks; null: unknown. */
export function roomFor(request: ModelRequest, { contextWindow }: Pick<DeploymentFacts, 'contextWindow'>): number | null {
  if (contextWindow === null) return null;
  const answer = request.kind === 'embedding' ? 0 : (request.maxOutputTokens ?? 1);
  return contextWindow - answer;
}

export interface InputLength {
  /** Tokens of the longest text that a model must read at once. */
  readonly tokens: number;
  /** Input tokens that a deployment has room for; null: unknown. */
  readonly room: (deployment: DeploymentFacts) => number | null;
}

/** Those of the deployments that have room for the input. `answer`: the tokens that the caller allows it. Throws CONTEXT_TOO_LONG when none has. */
export function withRoom<Known extends DeploymentFacts>(
  deployments: readonly Known[],
  { tokens, room }: InputLength,
  { kind, route, answer = null }: { readonly kind: ModelRequest['kind']; readonly route: string; readonly answer?: number | null },
): readonly Known[] {
  const hasRoom = (deployment: Known): boolean => tokens <= (room(deployment) ?? Number.POSITIVE_INFINITY);
  if (deployments.length > 0 && deployments.every(hasRoom)) return deployments;
  const roomy = deployments.filter(hasRoom);
  if (roomy.length > 0) return roomy;
  const maxTokens = Math.max(0, ...deployments.map((deployment) => room(deployment) ?? 0));
  const what = kind === 'embedding' ? 'The longest text' : 'The input';
  const beside = answer === null ? 'the answer' : `the answer of up to ${answer} (maxOutputTokens)`;
  throw new GatewayError(
    'CONTEXT_TOO_LONG',
    `${what} is about ${Math.ceil(tokens)} tokens long, and route "${route}" has room for ${maxTokens} beside ${beside}. Nothing was sent.`,
  );
}

/**
 * Output tokens to ask of the deployment: the request's own maximum, else the deployment's, shortened to what its
 * context window leaves. 0 for embeddings.
 */
export function outputTokensToAsk(
  request: ModelRequest,
  { contextWindow, maxOutputTokens }: Pick<Deployment, 'contextWindow' | 'maxOutputTokens'>,
): number {
  if (request.kind === 'embedding') return 0;
  if (request.maxOutputTokens !== null) return request.maxOutputTokens;
  if (contextWindow === null) return maxOutputTokens;
  return Math.max(1, Math.min(maxOutputTokens, contextWindow - inputEstimateOf(request).total));
}
