/** The last handlers of all: one request to one deployment's provider, with the route's patience. */
import { inBatches } from '../../core/batch.ts';
import { type Call, type Handlers, tenantOf } from '../../core/call/call.ts';
import { type Answer, answerOf, collectAnswer } from '../../core/call/collect-answer.ts';
import { streamOf } from '../../core/call/step.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import type { AnswerOptions } from '../../providers/provider.ts';
import type { OutputRates } from '../../routing/output-rates.ts';
import type { Deployment, Route } from '../../routing/route.ts';
import { answerMeter } from './answer-meter.ts';

export type SendRules = Pick<Route, 'firstChunkMs' | 'idleMs' | 'totalMs' | 'hedge' | 'wholeMode' | 'wholeModeMs'>;

export interface Sending extends Handlers {
  /**
   * Whether to ask for a whole answer instead of a stream: it costs a fraction of the work, and nobody sees it grow.
   *
   * Of an answer that would take long, a stream is asked nevertheless: it shows early that it stalls, and a cut one is known in part. So it
   * is on a route that hedges, where silence means that another deployment is asked.
   */
  asksWhole(request: ModelRequest, call: Call): boolean;
}

/** A whole answer may take so many times what was estimated. */
const patience = 3;

/** What the vendor counted is reported, that it was asked, and that it was asked for a whole answer. Either face asks for one where it may. */
export function sent(deployment: Deployment, rules: SendRules, rates: OutputRates): Sending {
  const { provider, model, id } = deployment;
  const { firstChunkMs, idleMs, totalMs, wholeMode, wholeModeMs, hedge } = rules;

  /** Milliseconds that the longest answer takes; of unknown length where the rate is unknown. */
  function longestMs(request: ModelRequest, tokensPerMs: number | null): number {
    if (tokensPerMs === null || request.kind === 'embedding') return Number.POSITIVE_INFINITY;
    return provider.outputCeiling(request, model, request.maxOutputTokens ?? Number.POSITIVE_INFINITY) / tokensPerMs;
  }

  const optionsFor = (call: Call): Omit<AnswerOptions, 'withinMs'> => ({
    model,
    signal: call.signal,
    report: (usage) => call.report({ type: 'usage', usage }),
    sent: () => call.report({ type: 'sent' }),
    owner: tenantOf(call.principal),
  });

  async function answer(request: ModelRequest, call: Call): Promise<Answer> {
    if (provider.answer === undefined) return collectAnswer(streamed(request, call));
    const options = optionsFor(call);
    if (request.kind === 'embedding') return answerOf(await provider.answer(request, { ...options, withinMs: firstChunkMs }));
    const tokensPerMs = rates.of(id);
    call.report({ type: 'whole', tokensPerMs });
    // It shows nothing before its end.
    const withinMs = Math.min(totalMs, firstChunkMs + patience * longestMs(request, tokensPerMs));
    const meter = answerMeter(provider.outputCeiling(request, model, request.maxOutputTokens ?? Number.POSITIVE_INFINITY));
    const isEnough = (chunk: Chunk): boolean => meter.add(chunk) === null || meter.isFull();
    return answerOf(await provider.answer(request, { ...options, withinMs, isEnough }));
  }

  const streamed: Handlers['stream'] = (request, call) =>
    inBatches(provider.send(request, { ...optionsFor(call), firstChunkMs, idleMs, live: call.live === true }));

  function asksWhole(request: ModelRequest, call: Call): boolean {
    if (provider.answer === undefined || call.live === true) return false;
    if (request.kind === 'embedding' || wholeMode === 'always') return true;
    return wholeMode !== 'never' && hedge === null && longestMs(request, rates.of(id)) <= wholeModeMs;
  }

  return {
    asksWhole,
    whole: answer,
    stream: (request, call) => (asksWhole(request, call) ? streamOf(answer) : streamed)(request, call),
  };
}
