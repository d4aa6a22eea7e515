/**
 * Tells operators that a part of a budget is spent: in the log, in the metrics, and by a webhook where one is configured. Warnings wait in the
 * store until the webhook has accepted them, over failures and restarts, for a day. No call waits for any of it.
 */
import { decimalOf } from '../../core/money.ts';
import { type HttpClient, sharedHttpClient } from '../../outbound/http-client.ts';
import { resendDelayMs, sendWebhook, type WebhookTarget } from '../../outbound/webhook.ts';
import type { BudgetWarning, BudgetWarnings, DueWarning } from '../../storage/limits/warnings/budget-warnings.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/** How often it is looked for what another process has left. */
const lookEveryMs = 15_000;
const defaultTimeoutMs = 10_000;
/** Longer than an attempt takes. */
const claimMs = 60_000;
const atOnce = 20;
const keptMs = 24 * 3_600_000;

export interface BudgetNotices {
  start(): void;
  /** Ends what is under way. Another process, or the next start, sends it again. */
  stop(): Promise<void>;
}

export interface BudgetNoticesOptions {
  /** Null: the store has none. */
  readonly warnings: BudgetWarnings | null;
  /** Null: none is configured. */
  readonly webhook: WebhookTarget | null;
  readonly metrics: Pick<Metrics, 'budgetWarned' | 'webhookSent'> | null;
  readonly log: Log;
  readonly now: () => number;
  readonly random?: () => number;
  readonly client?: Pick<HttpClient, 'send'>;
  /** Milliseconds until the receiver must have answered. Default: 10 s. */
  readonly timeoutMs?: number;
}

export function budgetNotices(options: BudgetNoticesOptions): BudgetNotices {
  const { warnings, webhook, metrics, log, now, random = Math.random, client, timeoutMs = defaultTimeoutMs } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;
  let isStarted = false;
  let isAsked = false;

  const lookIn = (ms: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = stopping.signal.aborted ? null : setTimeout(send, ms).unref();
  };

  warnings?.watch((warning) => {
    log.warn('a part of a budget is spent', shownIn(warning));
    metrics?.budgetWarned({ account: kindOf(warning.name), at: warning.at.toString() });
    if (isStarted) send();
  });

  function send(): void {
    if (webhook === null || warnings === null || stopping.signal.aborted) return;
    isAsked = true;
    sending ??= sendAsked(warnings, webhook).finally(() => {
      sending = null;
    });
  }

  async function sendAsked(from: BudgetWarnings, to: WebhookTarget): Promise<void> {
    let waitMs = 0;
    while (isAsked && !stopping.signal.aborted) {
      isAsked = false;
      waitMs = await sendDue(from, to).catch((err: unknown) => {
        log.warn('warnings of budgets could not be read: it is tried again', { err });
        return lookEveryMs;
      });
    }
    lookIn(waitMs);
  }

  /** Returns in how many milliseconds to look again. */
  async function sendDue(from: BudgetWarnings, to: WebhookTarget): Promise<number> {
    const due = await from.claim(claimMs, atOnce);
    const delays = await Promise.all(due.map((one) => sendOne(one, from, to)));
    return due.length === atOnce ? 0 : Math.min(lookEveryMs, ...delays);
  }

  async function sendOne(warning: DueWarning, from: BudgetWarnings, to: WebhookTarget): Promise<number> {
    const { id, failures, reachedAt } = warning;
    if (now() - reachedAt > keptMs) {
      log.error('a webhook was not accepted for a day, and is given up', shownIn(warning));
      metrics?.webhookSent('abandoned');
      await from.done(id);
      return lookEveryMs;
    }
    const message = { id, type: 'budget.warning', body: JSON.stringify({ type: 'budget.warning', id, ...shownIn(warning) }) };
    const outcome = await sendWebhook(to, message, { client: client ?? sharedHttpClient(), signal: stopping.signal, timeoutMs, now });
    if (outcome.isAccepted) {
      metrics?.webhookSent('accepted');
      await from.done(id);
      return lookEveryMs;
    }
    const delayMs = stopping.signal.aborted ? 0 : resendDelayMs(failures + 1, outcome.retryAfterMs, random);
    if (!stopping.signal.aborted) {
      metrics?.webhookSent('failed');
      log.warn('a webhook was not accepted: it is sent again', { id, status: outcome.status, delayMs, err: outcome.cause });
    }
    await from.failed(id, now() + delayMs);
    return delayMs;
  }

  return {
    start() {
      isStarted = true;
      send();
    },
    async stop() {
      stopping.abort();
      if (timer !== null) clearTimeout(timer);
      await sending;
    },
  };
}

/** Of `team:search`, `team`. Names of accounts are as many as there are callers, and no label. */
const kindOf = (name: string): string => name.split(':', 1)[0] ?? name;

const shownIn = ({ name, per, timeZone, at, limit, spent, periodBegin, periodEnd, reachedAt }: BudgetWarning) => ({
  budget: name,
  per,
  timeZone,
  at,
  limit: decimalOf(limit),
  spent: decimalOf(spent),
  currency: 'USD',
  periodBegin: new Date(periodBegin).toISOString(),
  periodEnd: periodEnd === null ? null : new Date(periodEnd).toISOString(),
  reachedAt: new Date(reachedAt).toISOString(),
});
