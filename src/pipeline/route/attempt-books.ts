/**
 * The books of one attempt at one deployment: what is drawn before it is sent, what was received, and what it is settled for.
 *
 * At every ending the reported usage is settled if it is plausible (`judged-usage.ts`). When the vendor reports none (a cancel, a cut
 * connection), the usage is estimated from what was sent and received, and marked as an estimate. Each attempt is reported exactly once.
 */
import type { AttemptFact, Call, Fact, WholeFact } from '../../core/call/call.ts';
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

export const attemptBooks = (request: ModelRequest, asked: Call, options: BooksOptions): AttemptBooks =>
  new BooksOfAttempt(request, asked, options);

/** A class, since each attempt has one: its methods are made once. */
class BooksOfAttempt implements AttemptBooks {
  readonly toSend: ModelRequest;
  readonly call: Call;
  readonly #options: BooksOptions;
  readonly #request: ModelRequest;
  readonly #asked: Call;
  readonly #began: number;
  readonly #outputCeiling: number;
  readonly #answer: AnswerMeter;
  #counted: Usage | null = null;
  #draw: Draw | null = null;
  #dispatched = false;
  #finished = false;
  #failure: GatewayError | null = null;
  #firstContentMs: number | null = null;
  #whole: WholeFact | null = null;

  constructor(request: ModelRequest, asked: Call, options: BooksOptions) {
    const { deployment, monotonicMs } = options;
    this.#began = monotonicMs();
    this.#options = options;
    this.#request = request;
    this.#asked = asked;
    this.toSend = withCeiling(request, deployment);
    this.#outputCeiling = outputCeilingOf(deployment, this.toSend);
    this.#answer = answerMeter(this.#outputCeiling);
    this.call = { ...asked, report: (fact) => this.#report(fact) };
  }

  async draw(): Promise<void> {
    const { deployment, now } = this.#options;
    this.#draw = await drawn(deployment, this.#request, this.#outputCeiling, this.#asked, now());
    this.#dispatched = deployment.provider.tellsSent !== true;
  }

  received(chunk: Chunk): Chunk | null {
    if (this.#firstContentMs === null && isContent(chunk)) this.#firstContentMs = this.#sinceMs();
    if (chunk.type === 'finish') this.#finished = true;
    return this.#answer.add(chunk);
  }

  cut(): Chunk | null {
    if (!this.#answer.isFull()) return null;
    this.#options.warn('an answer went on beyond the maximum that was asked for, and was cut', { maxTokens: this.#outputCeiling });
    this.#finished = true;
    return { type: 'finish', reason: 'length' };
  }

  finished(): void {
    this.#finished = true;
  }

  failed(error: unknown): GatewayError {
    this.#failure = asGatewayError(error);
    return this.#failure;
  }

  async close(): Promise<void> {
    const { rates, deployment } = this.#options;
    const ended = this.#attempt();
    const { usage, outcome, cost } = ended;
    if (outcome === 'OK' && usage !== null) {
      const silentMs = this.#whole === null ? (this.#firstContentMs ?? 0) : 0;
      rates?.note(deployment.id, usage.outputTokens + usage.reasoningTokens, this.#sinceMs() - silentMs);
    }
    // A refusal of the gateway's own database is not an attempt at this deployment.
    if (this.#draw !== null || this.#failure?.details.about !== 'gateway') this.#asked.report(ended);
    // A store that fails here leaves the draw open: recovery settles it from the ledger row that the call gets.
    await this.#draw?.settle(cost ?? 0).catch(() => {});
  }

  #sinceMs(): number {
    return Math.round(this.#options.monotonicMs() - this.#began);
  }

  #report(fact: Fact): void {
    if (fact.type === 'usage') this.#counted = fact.usage;
    else if (fact.type === 'sent') this.#dispatched = true;
    else {
      if (fact.type === 'whole') this.#whole = fact;
      this.#asked.report(fact);
    }
  }

  /** A whole answer that was cancelled does not show how much the vendor had written. */
  #unseenTokens(): number {
    if (this.#whole === null || this.#firstContentMs !== null) return 0;
    return Math.min(this.#outputCeiling, Math.ceil((this.#whole.tokensPerMs ?? 0) * this.#sinceMs()));
  }

  #isMiscounted(counted: Usage): boolean {
    const { warn } = this.#options;
    const doubts = doubtsOf(counted, {
      request: this.#request,
      inputTokens: inputEstimateOf(this.#request).total,
      outputCeiling: this.#outputCeiling,
      minReceivedTokens: this.#answer.minTokens(),
      received: () => this.#answer.estimate(),
    });
    if (doubts.length > 0) warn('a vendor told a count that cannot be true, and usage was estimated', { doubts, counted });
    return doubts.length > 0;
  }

  #attempt(): AttemptFact {
    const { deployment } = this.#options;
    const { signal } = this.#asked;
    const counted = this.#counted;
    const ending = this.#failure?.code ?? (this.#finished ? null : abortError(signal).code);
    // The vendor may have worked on a call that we ended ourselves.
    const worked = ending === null || this.#firstContentMs !== null || (this.#dispatched && (signal.aborted || perhapsBilled.has(ending)));
    const miscounted = counted !== null && this.#isMiscounted(counted);
    const guessed = counted === null || miscounted;
    const usage = guessed ? this.#guess(worked || miscounted) : counted;
    const fact: AttemptFact = {
      type: 'attempt',
      deployment: deployment.id,
      provider: deployment.provider.name,
      model: deployment.model,
      outcome: ending ?? 'OK',
      latencyMs: this.#sinceMs(),
      usage,
      estimated: usage !== null && guessed,
      cost: usage === null || deployment.price === null ? null : costOf(usage, deployment.price),
      timeToFirstTokenMs: this.#whole === null ? this.#firstContentMs : null,
    };
    return miscounted ? { ...fact, miscounted } : fact;
  }

  #guess(worked: boolean): Usage | null {
    return this.#draw !== null && worked ? estimated(this.#request, this.#answer, this.#unseenTokens()) : null;
  }
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
