import type { Handler } from '../../core/call/call.ts';
import type { Deployment, Route } from '../../routing/route.ts';

/** The last handler of all: one request to one deployment's provider, with the route's patience. What the vendor counted is reported, and that it was asked. */
export function sent(deployment: Deployment, route: Pick<Route, 'firstChunkMs' | 'idleMs'>): Handler {
  return (request, call) =>
    deployment.provider.send(request, {
      model: deployment.model,
      signal: call.signal,
      report: (usage) => call.report({ type: 'usage', usage }),
      sent: () => call.report({ type: 'sent' }),
      firstChunkMs: route.firstChunkMs,
      idleMs: route.idleMs,
    });
}
