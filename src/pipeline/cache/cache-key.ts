/**
 * Computes the cache key of a call.
 *
 * Two calls share an answer when three things are equal: who may share it (tenant and permissions), where the call goes (the
 * route as configured now), and what is asked. Principals of one team that have different scopes or routes do not share.
 */
import { hash } from 'node:crypto';
import type { Call, Principal } from '../../core/call/call.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { CompletionRequest, ModelRequest } from '../../core/request/request.ts';
import type { Route } from '../../routing/route.ts';

/** Changes when the meaning of a key does, so that a shared store never mixes the two. */
const version = 2;

export function cacheKey(request: ModelRequest, { principal, route }: Pick<Call, 'principal' | 'route'>, { deployments }: Route): string {
  const answering = deployments.map(({ id, model }) => [id, model]);
  return hash('sha256', canonicalJson([version, scopeOf(principal), route, answering, request]));
}

/** The same for requests that differ in their JSON Schema alone. Never the key of an answer. */
export function promptKey(request: CompletionRequest, call: Pick<Call, 'principal' | 'route'>, route: Route): string {
  return `schemas:${cacheKey({ ...request, output: { format: 'json', schema: null } }, call, route)}`;
}

function scopeOf({ team, id, scopes, routes }: Principal): unknown {
  return [team === null ? ['principal', id] : ['team', team], sorted(scopes), routes === null ? null : sorted(routes)];
}

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
