/** The last handler of all: one request to one deployment's provider, with the route's patience. */
import { type Call, type Handler, tenantOf } from '../../core/call/call.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import type { OutputRates } from '../../routing/output-rates.ts';
import type { Deployment, Route } from '../../routing/route.ts';

export type SendRules = Pick<Route, 'firstChunkMs' | 'idleMs' | 'totalMs' | 'hedge' | 'wholeMode' | 'wholeModeMs'>;

/** A whole answer may take so many times what was estimated. */
const patience = 3;

/** What the vendor counted is reported, that it was asked, and that it was asked for a whole answer. */
export function sent(deployment: Deployment, route: SendRules, rates: OutputRates): Handler {
  return (request, call) => {
    const { firstChunkMs, idleMs, totalMs } = route;
    const whole = wholeAnswerOf(deployment, route, { request, call, tokensPerMs: rates.of(deployment.id) });
    if (whole !== null) call.report({ type: 'whole', tokensPerMs: whole.tokensPerMs });
    return deployment.provider.send(request, {
      model: deployment.model,
      signal: call.signal,
      report: (usage) => call.report({ type: 'usage', usage }),
      sent: () => call.report({ type: 'sent' }),
      whole: whole !== null,
      // A whole answer shows nothing before its end.
      firstChunkMs: whole === null ? firstChunkMs : Math.min(totalMs, firstChunkMs + patience * whole.estimatedMs),
      idleMs,
      owner: tenantOf(call.principal),
    });
  };
}

interface Asked {
  readonly request: ModelRequest;
  readonly call: Call;
  readonly tokensPerMs: number | null;
}

/**
 * Whether to ask for a whole answer instead of a stream: it costs a fraction of the work, and nobody sees it grow. Null for a stream.
 *
 * Of an answer that would take long, a stream is asked nevertheless: it shows early that it stalls, and a cut one is known in part. So it
 * is on a route that hedges, where silence means that another deployment is asked.
 */
function wholeAnswerOf(
  { provider, model }: Deployment,
  { wholeMode, wholeModeMs, hedge, totalMs }: SendRules,
  { request, call, tokensPerMs }: Asked,
): { readonly estimatedMs: number; readonly tokensPerMs: number | null } | null {
  if (wholeMode === 'never' || request.kind === 'embedding' || call.live === true) return null;
  const maxTokens = provider.outputCeiling(request, model, request.maxOutputTokens ?? Number.POSITIVE_INFINITY);
  const estimatedMs = tokensPerMs === null ? Number.POSITIVE_INFINITY : maxTokens / tokensPerMs;
  if (wholeMode === 'always') return { estimatedMs: Math.min(totalMs, estimatedMs), tokensPerMs };
  return hedge === null && estimatedMs <= wholeModeMs ? { estimatedMs, tokensPerMs } : null;
}
