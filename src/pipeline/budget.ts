/**
 * Money around one attempt at one deployment.
 *
 * Before dispatch the most that it can cost is drawn from the call's hold, durably, with the rows that a crash would
 * leave. On every ending what was counted is settled; where the vendor told nothing (a cancel, a cut), it is estimated
 * from what was sent and what came back, and marked so. The attempt is reported once, whatever happened.
 */
import { abortError } from '../core/abort.ts';
import type { AttemptFact, Call, Step } from '../core/call.ts';
import type { Chunk } from '../core/chunk.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../core/errors.ts';
import type { Draw } from '../core/hold.ts';
import { ceilingOf, costOf, isCredible, type NanoUsd, noUsage, type Usage } from '../core/money.ts';
import type { ModelRequest } from '../core/request.ts';
import { estimateTokens } from '../core/tokens.ts';
import { inputEstimateOf, outputTokensToAsk } from '../routing/fit.ts';
import type { Deployment } from '../routing/route.ts';
import { abortable, takenUntilAborted } from './abortable.ts';
import { isContent } from './content.ts';
import { usageRows } from './rows.ts';

/** Failures before any content after which the vendor may have worked all the same: the input is then settled, estimated. */
const perhapsBilled: ReadonlySet<ErrorCode> = new Set(['CANCELLED', 'TIMEOUT', 'STREAM_STALLED', 'GUARDRAIL_BLOCKED', 'INVALID_OUTPUT']);

export function budgeted(deployment: Deployment, { now = Date.now }: { readonly now?: () => number } = {}): Step {
  return (next) =>
    async function* budgetedAttempt(request, call) {
      const began = now();
      const toSend = withCeiling(request, deployment);
      const answer = answerMeter();
      const counted: { usage: Usage | null } = { usage: null };
      let draw: Draw | null = null;
      let dispatched = false;
      let finished = false;
      let failure: GatewayError | null = null;
      let firstContentMs: number | null = null;
      try {
        draw = await drawn(deployment, request, toSend, call, began);
        dispatched = true;
        const report: Call['report'] = (fact) => {
          if (fact.type !== 'usage') call.report(fact);
          // One row of nonsense would spend a budget for a month, and no report could show the sum that it is in.
          else counted.usage = isCredible(fact.usage) ? fact.usage : null;
        };
        for await (const chunk of abortable(next(toSend, { ...call, report }), call.signal)) {
          if (firstContentMs === null && isContent(chunk)) firstContentMs = now() - began;
          if (chunk.type === 'finish') finished = true;
          answer.add(chunk);
          yield chunk;
        }
        finished = true;
      } catch (error) {
        failure = asGatewayError(error);
        throw failure;
      } finally {
        const ending = failure?.code ?? (finished ? null : abortError(call.signal).code);
        // A call that we ended ourselves, for whatever reason, may have been worked on.
        const worked = ending === null || firstContentMs !== null || call.signal.aborted || perhapsBilled.has(ending);
        const usage = counted.usage ?? (dispatched && worked ? estimated(request, answer) : null);
        const cost = usage === null || deployment.price === null ? null : costOf(usage, deployment.price);
        const attempt: AttemptFact = {
          type: 'attempt',
          deployment: deployment.id,
          provider: deployment.provider.name,
          model: deployment.model,
          outcome: ending ?? 'OK',
          latencyMs: now() - began,
          usage,
          estimated: usage !== null && counted.usage === null,
          cost,
          timeToFirstTokenMs: firstContentMs,
        };
        call.report(attempt);
        // A store that fails here leaves the draw open: recovery settles it from the ledger row that the call gets.
        await draw?.settle(cost ?? 0).catch(() => {});
      }
    };
}

function withCeiling(request: ModelRequest, deployment: Deployment): ModelRequest {
  if (request.kind === 'embedding' || request.maxOutputTokens !== null) return request;
  return { ...request, maxOutputTokens: outputTokensToAsk(request, deployment) };
}

async function drawn(deployment: Deployment, request: ModelRequest, toSend: ModelRequest, call: Call, began: number): Promise<Draw> {
  if (deployment.price === null && call.hold.budgeted) {
    throw new GatewayError(
      'UNPRICED',
      `The price of deployment "${deployment.id}" is unknown, and your calls are under a budget. A deployment with a price would be accepted.`,
    );
  }
  const usage: Usage = { ...noUsage, freshInputTokens: inputEstimateOf(request).total, outputTokens: outputCeilingOf(deployment, toSend) };
  const most: NanoUsd = deployment.price === null ? 0 : ceilingOf(usage.freshInputTokens, usage.outputTokens, deployment.price);
  const rows = usageRows(call, began, {
    usage,
    estimated: true,
    cost: deployment.price === null ? null : most,
    savedCost: 0,
    cache: 'BYPASS',
    attempts: [{ deployment: deployment.id, outcome: 'CANCELLED', latencyMs: 0 }],
    deployment: deployment.id,
    provider: deployment.provider.name,
    model: deployment.model,
    outcome: 'LOST',
    latencyMs: 0,
    timeToFirstTokenMs: null,
  });
  return takenUntilAborted(call.hold.draw({ callId: call.id, most, rows }), call.signal, (draw) => draw.settle(0));
}

function outputCeilingOf({ provider, model }: Deployment, toSend: ModelRequest): number {
  if (toSend.kind === 'embedding') return 0;
  return provider.outputCeiling(toSend, model, toSend.maxOutputTokens ?? 0);
}

interface AnswerMeter {
  add(chunk: Chunk): void;
  outputTokens(): number;
  reasoningTokens(): number;
}

/** Keeps what was said, so that it can be counted if nobody else does. */
function answerMeter(): AnswerMeter {
  let said = '';
  let reasoned = '';
  const inPieces = new Set<string>();
  return {
    add(chunk) {
      if (chunk.type === 'text') said += chunk.text;
      else if (chunk.type === 'reasoning') reasoned += chunk.text;
      else if (chunk.type === 'tool-call') {
        if (chunk.done) said += inPieces.has(chunk.id) ? chunk.name : chunk.name + chunk.argumentsText;
        else {
          said += chunk.argumentsText;
          inPieces.add(chunk.id);
        }
      }
      // An object that came as text, too, is counted as that.
      else if (chunk.type === 'object' && chunk.final && said === '') said = JSON.stringify(chunk.value) ?? '';
    },
    outputTokens: () => estimateTokens(said),
    reasoningTokens: () => estimateTokens(reasoned),
  };
}

function estimated(request: ModelRequest, answer: AnswerMeter): Usage {
  const freshInputTokens = inputEstimateOf(request).total;
  return { ...noUsage, freshInputTokens, outputTokens: answer.outputTokens(), reasoningTokens: answer.reasoningTokens() };
}
