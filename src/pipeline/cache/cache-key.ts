/**
 * Computes the cache key of a call.
 *
 * Two calls share an answer when three things are equal: who may share it (tenant and permissions), where the call goes (the
 * route as configured now), and what is asked. Principals of one team that have different scopes or routes do not share.
 */
import { hash } from 'node:crypto';
import type { Call, Principal } from '../../core/call/call.ts';
import { canonicalJsonInTurns } from '../../core/json/canonical-json.ts';
import type { CompletionRequest, ModelRequest } from '../../core/request/request.ts';
import type { Route } from '../../routing/route.ts';

/** Changes when the meaning of a key does, so that a shared store never mixes the two. */
const version = 2;

type Caller = Pick<Call, 'principal' | 'route'>;

/** A promise for a request of thousands of members: its key is computed in slices. */
export function cacheKey(request: ModelRequest, { principal, route }: Caller, { deployments }: Route): string | Promise<string> {
  const answering = deployments.map(({ id, model }) => [id, model]);
  const text = canonicalJsonInTurns([version, scopeOf(principal), route, answering, request]);
  return typeof text === 'string' ? hash('sha256', text) : text.then((whole) => hash('sha256', whole));
}

/** The same for requests that differ in their JSON Schema alone. Never the key of an answer. */
export function promptKey(request: CompletionRequest, call: Caller, route: Route): string | Promise<string> {
  const key = cacheKey({ ...request, output: { format: 'json', schema: null } }, call, route);
  return typeof key === 'string' ? ofSchemas(key) : key.then(ofSchemas);
}

const ofSchemas = (key: string): string => `schemas:${key}`;

function scopeOf({ team, id, scopes, routes }: Principal): unknown {
  return [team === null ? ['principal', id] : ['team', team], sorted(scopes), routes === null ? null : sorted(routes)];
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
