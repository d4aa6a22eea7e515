/** Counts warnings of budgets, and the webhooks that tell of them. Labels are kinds of accounts and parts of budgets, never names. */
import type { Registry } from 'prom-client';
import { boundValues } from './bounded-values.ts';
import { countSeries } from './series.ts';

/** A configuration may name many parts. */
const maxParts = 50;
const kinds = ['org', 'team', 'key', 'user', 'agent', 'session', 'field', 'jwt', 'anonymous'];

export interface BudgetMetrics {
  /** `account`: its kind, such as `team`. `at`: the part that is spent, such as `0.8`. */
  readonly budgetWarned: (warned: { readonly account: string; readonly at: string }) => void;
  readonly webhookSent: (outcome: 'accepted' | 'failed' | 'abandoned') => void;
}

export function budgetMetrics(registry: Registry): BudgetMetrics {
  const accountOf = boundValues({ known: kinds });
  const partOf = boundValues({ most: maxParts });
  const warnings = countSeries({
    registry,
    name: 'fieldgate_budget_warnings_total',
    help: 'Parts of budgets (warnAt) that were spent: once for each part, budget and period.',
    labels: ['account', 'at'],
  });
  const webhooks = countSeries({
    registry,
    name: 'fieldgate_budget_webhooks_total',
    help: 'Attempts to tell of them by telemetry.budgetWebhook. failed: it is sent again. abandoned: it was not accepted for a day.',
    labels: ['outcome'],
  });
  return {
    budgetWarned({ account, at }) {
      warnings({ account: accountOf(account), at: partOf(at) }).value += 1;
    },
    webhookSent(outcome) {
      webhooks({ outcome }).value += 1;
    },
  };
}
