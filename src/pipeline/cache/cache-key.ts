/**
 * Computes the cache key of a call.
 *
 * Two calls share an answer when three things are equal: who may share it (the team, where its policy says nothing else, and
 * permissions), where the call goes (the route as configured now), and what is asked. Principals of one team that have different
 * scopes or routes do not share.
 */
import { hash } from 'node:crypto';
import type { CacheSharing, Call, Principal } from '../../core/call/call.ts';
import { canonicalJsonInTurns } from '../../core/json/canonical-json.ts';
import type { CompletionRequest, ModelRequest } from '../../core/request/request.ts';
import type { Route } from '../../routing/route.ts';

/** The version of the key. It changes with the meaning of a key, so that a shared store never mixes two meanings. */
const version = 3;

type Caller = Pick<Call, 'principal' | 'route'>;

/** Returns a promise for a request of thousands of members, whose key is computed in slices. */
export function cacheKey(request: ModelRequest, { principal, route: name }: Caller, route: Route): string | Promise<string> {
  const scope = scopeText(principal, name, route);
  if (isPlain(request)) return hash('sha256', scope + JSON.stringify(request));
  const text = canonicalJsonInTurns(request);
  return typeof text === 'string' ? hash('sha256', scope + text) : text.then((whole) => hash('sha256', scope + whole));
}

/** What most requests are: a few texts without JSON of the caller's, whose members always stand in the order in which we write them. */
function isPlain(request: ModelRequest): boolean {
  if (request.kind === 'embedding') return request.texts.length <= maxPlainParts;
  const { messages, tools, output, providerOptions, stop } = request;
  if (tools.length > 0 || output.format !== 'text') return false;
  for (const _ in providerOptions) return false;
  let parts = messages.length + stop.length;
  for (const { content } of messages) {
    parts += content.length;
    for (const { type } of content) if (type === 'tool-call' || type === 'tool-result') return false;
  }
  return parts <= maxPlainParts;
}

const maxPlainParts = 500;

/** The same for requests that differ in their JSON Schema alone. Never the key of an answer. */
export function promptKey(request: CompletionRequest, call: Caller, route: Route): string | Promise<string> {
  const key = cacheKey({ ...request, output: { format: 'json', schema: null } }, call, route);
  return typeof key === 'string' ? ofSchemas(key) : key.then(ofSchemas);
}

const ofSchemas = (key: string): string => `schemas:${key}`;

/** Computed once for a principal on a route, because both stay the same objects from call to call. */
const scopes = new WeakMap<Principal, WeakMap<Route, string>>();

function scopeText(principal: Principal, name: string, route: Route): string {
  let known = scopes.get(principal);
  if (known === undefined) {
    known = new WeakMap();
    scopes.set(principal, known);
  }
  let text = known.get(route);
  if (text === undefined) {
    const { deployments, inputBound } = route;
    // An input that a rule refuses is not answered by way of callers for whom it is not refused.
    const bound = inputBound === null ? [] : [inputBound.tokens];
    text = JSON.stringify([version, scopeOf(principal), name, deployments.map(({ id, model }) => [id, model]), ...bound]);
    known.set(route, text);
  }
  return text;
}

function scopeOf(principal: Principal): unknown {
  const { scopes, routes } = principal;
  return [sharersOf(principal), sorted(scopes), routes === null ? null : sorted(routes)];
}

function sharersOf({ cacheSharing = 'team', organisation = null, team, id }: Principal): readonly [CacheSharing, string] {
  if (cacheSharing === 'organisation' && organisation !== null) return ['organisation', organisation];
  return cacheSharing === 'principal' || team === null ? ['principal', id] : ['team', team];
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
