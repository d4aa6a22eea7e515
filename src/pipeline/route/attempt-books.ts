/**
 * The books of one attempt at one deployment: what is drawn before it is sent, what was received, and what it is settled for.
 *
 * At every ending the reported usage is settled if it is plausible (`judged-usage.ts`). When the vendor reports none (a cancel, a cut
 * connection), the usage is estimated from what was sent and received, and marked as an estimate. Each attempt is reported exactly once.
 */
import type { AttemptFact, Call, WholeFact } from '../../core/call/call.ts';
import type { Draw } from '../../core/call/hold.ts';
import type { Chunk } from '../../core/chunk.ts';
import { asGatewayError, type ErrorCode, GatewayError } from '../../core/errors.ts';
import { ceilingOf, costOf, type NanoUsd, noUsage, type Usage } from '../../core/money.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { abortError } from '../../core/turns/abort.ts';
import { inputEstimateOf, outputTokensToAsk } from '../../routing/fit.ts';
import type { OutputRates } from '../../routing/output-rates.ts';
import type { Deployment } from '../../routing/route.ts';
import { takeUntilAborted } from '../abortable.ts';
import { usageRows } from '../rows.ts';
import { type AnswerMeter, answerMeter } from './answer-meter.ts';
import { isContent } from './content.ts';
import { doubtsOf } from './judged-usage.ts';

/** Codes of failures before any content after which the vendor may have worked. The estimated input is then settled. */
const perhapsBilled: ReadonlySet<ErrorCode> = new Set(['CANCELLED', 'TIMEOUT', 'STREAM_STALLED', 'GUARDRAIL_BLOCKED', 'INVALID_OUTPUT']);

export interface AttemptBooks {
  /** The request with the maximum that it is drawn for, and the call that gets what is found out about it. */
  readonly toSend: ModelRequest;
  readonly call: Call;
  /** Throws BUDGET_EXCEEDED, COST_LIMIT_EXCEEDED and UNPRICED. */
  draw(): Promise<void>;
  /** The chunk as far as it may be handed on; null for one that may not. */
  received(chunk: Chunk): Chunk | null;
  /** Returns how the answer ends where more has come than was drawn for; null: it goes on. */
  cut(): Chunk | null;
  /** Call it when the answer has come to its end. */
  finished(): void;
  failed(error: unknown): GatewayError;
  /** Reports the attempt, and settles its draw. */
  close(): Promise<void>;
}

export interface BooksOptions {
  readonly deployment: Deployment;
  readonly now: () => number;
  readonly monotonicMs: () => number;
  readonly warn: Warn;
  readonly rates: Pick<OutputRates, 'note'> | undefined;
}

export type Warn = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export function attemptBooks(
  request: ModelRequest,
  asked: Call,
  { deployment, now, monotonicMs, warn, rates }: BooksOptions,
): AttemptBooks {
  const began = monotonicMs();
  const sinceMs = (): number => Math.round(monotonicMs() - began);
  const toSend = withCeiling(request, deployment);
  const outputCeiling = outputCeilingOf(deployment, toSend);
  const answer = answerMeter(outputCeiling);
  let counted: Usage | null = null;
  let draw: Draw | null = null;
  let dispatched = false;
  let finished = false;
  let failure: GatewayError | null = null;
  let firstContentMs: number | null = null;
  let whole: WholeFact | null = null;

  const report: Call['report'] = (fact) => {
    if (fact.type === 'usage') counted = fact.usage;
    else if (fact.type === 'sent') dispatched = true;
    else {
      if (fact.type === 'whole') whole = fact;
      asked.report(fact);
    }
  };

  /** A whole answer that was cancelled does not show how much the vendor had written. */
  const unseenTokens = (): number =>
    whole === null || firstContentMs !== null ? 0 : Math.min(outputCeiling, Math.ceil((whole.tokensPerMs ?? 0) * sinceMs()));

  function attempt(): AttemptFact {
    const ending = failure?.code ?? (finished ? null : abortError(asked.signal).code);
    // The vendor may have worked on a call that we ended ourselves.
    const worked = ending === null || firstContentMs !== null || (dispatched && (asked.signal.aborted || perhapsBilled.has(ending)));
    const miscounted = counted !== null && isMiscounted(counted, { request, outputCeiling, answer, warn });
    const guessed = counted === null || miscounted;
    const guess = (): Usage | null => (draw !== null && (worked || miscounted) ? estimated(request, answer, unseenTokens()) : null);
    const usage = guessed ? guess() : counted;
    const fact: AttemptFact = {
      type: 'attempt',
      deployment: deployment.id,
      provider: deployment.provider.name,
      model: deployment.model,
      outcome: ending ?? 'OK',
      latencyMs: sinceMs(),
      usage,
      estimated: usage !== null && guessed,
      cost: usage === null || deployment.price === null ? null : costOf(usage, deployment.price),
      timeToFirstTokenMs: whole === null ? firstContentMs : null,
    };
    return miscounted ? { ...fact, miscounted } : fact;
  }

  return {
    toSend,
    call: { ...asked, report },
    async draw() {
      draw = await drawn(deployment, request, outputCeiling, asked, now());
      dispatched = deployment.provider.tellsSent !== true;
    },
    received(chunk) {
      if (firstContentMs === null && isContent(chunk)) firstContentMs = sinceMs();
      if (chunk.type === 'finish') finished = true;
      return answer.add(chunk);
    },
    cut() {
      if (!answer.isFull()) return null;
      warn('an answer went on beyond the maximum that was asked for, and was cut', { maxTokens: outputCeiling });
      finished = true;
      return { type: 'finish', reason: 'length' };
    },
    finished() {
      finished = true;
    },
    failed(error) {
      failure = asGatewayError(error);
      return failure;
    },
    async close() {
      const ended = attempt();
      const { usage, outcome, cost } = ended;
      if (outcome === 'OK' && usage !== null)
        rates?.note(deployment.id, usage.outputTokens + usage.reasoningTokens, sinceMs() - (whole === null ? (firstContentMs ?? 0) : 0));
      // A refusal of the gateway's own database is not an attempt at this deployment.
      if (draw !== null || failure?.details.about !== 'gateway') asked.report(ended);
      // A store that fails here leaves the draw open: recovery settles it from the ledger row that the call gets.
      await draw?.settle(cost ?? 0).catch(() => {});
    },
  };
}

interface Received {
  readonly request: ModelRequest;
  readonly outputCeiling: number;
  readonly answer: AnswerMeter;
  readonly warn: Warn;
}

function isMiscounted(counted: Usage, { request, outputCeiling, answer, warn }: Received): boolean {
  const doubts = doubtsOf(counted, {
    request,
    inputTokens: inputEstimateOf(request).total,
    outputCeiling,
    minReceivedTokens: answer.minTokens(),
    received: answer.estimate,
  });
  if (doubts.length > 0) warn('a vendor told a count that cannot be true, and usage was estimated', { doubts, counted });
  return doubts.length > 0;
}

function withCeiling(request: ModelRequest, deployment: Deployment): ModelRequest {
  if (request.kind === 'embedding' || request.maxOutputTokens !== null) return request;
  return { ...request, maxOutputTokens: outputTokensToAsk(request, deployment) };
}

/** Throws UNPRICED. */
function drawn(deployment: Deployment, request: ModelRequest, outputTokens: number, call: Call, time: number): Promise<Draw> {
  if (deployment.price === null && call.hold.budgeted) {
    throw new GatewayError(
      'UNPRICED',
      `The price of deployment "${deployment.id}" is unknown, and your calls are under a budget. A deployment with a price would be accepted.`,
    );
  }
  const usage: Usage = { ...noUsage, freshInputTokens: inputEstimateOf(request).total, outputTokens };
  const most: NanoUsd = deployment.price === null ? 0 : ceilingOf(usage.freshInputTokens, usage.outputTokens, deployment.price);
  const inputCost = deployment.price === null ? 0 : Math.min(most, costOf({ ...usage, outputTokens: 0 }, deployment.price));
  const rows = usageRows(call, time, {
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
  return takeUntilAborted(call.hold.draw({ callId: call.id, most, inputCost, rows }), call.signal, (draw) => draw.settle(0));
}

function outputCeilingOf({ provider, model }: Deployment, toSend: ModelRequest): number {
  if (toSend.kind === 'embedding') return 0;
  return provider.outputCeiling(toSend, model, toSend.maxOutputTokens ?? 0);
}

/** `unseenTokens` are the tokens that a vendor has written of an answer that never came. */
function estimated(request: ModelRequest, answer: AnswerMeter, unseenTokens: number): Usage {
  const seen = answer.estimate();
  return { ...noUsage, freshInputTokens: inputEstimateOf(request).total, ...seen, outputTokens: seen.outputTokens + unseenTokens };
}
