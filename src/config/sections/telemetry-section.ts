import { isSafeAddress } from '../kinds/addresses.ts';
import { constantOr } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { secret } from '../kinds/secret-setting.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { text } from '../kinds/texts.ts';

export const metricsSection = section('telemetry.metrics', {
  /** Address that Prometheus asks. */
  host: text({ default: '127.0.0.1' }),
  /** Its port. Anyone who can reach it may read the metrics. */
  port: needed(wholeNumber({ min: 0, max: 65_535 })),
});

const budgetWebhookSection = section('telemetry.budgetWebhook', {
  /**
   * Receives a POST with JSON for each part of a budget (`warnAt`) that is spent, once per period. A delivery that is not accepted with 200 to 299
   * is repeated for a day, with the same `x-fieldgate-delivery`.
   */
  url: needed(
    text({ accepted: 'an https address (http on this machine alone), such as https://hooks.example.com/budgets', fits: isSafeAddress }),
  ),
  /** Secret that signs deliveries: `x-fieldgate-signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `<seconds>.<body>`. */
  secret: needed(secret()),
});

export const telemetrySection = section('telemetry', {
  /**
   * Metrics for Prometheus. Absent: `/metrics` at the gateway's own address, for keys with the scope `ai:metrics` (in development on loopback for
   * anyone). With a port: only at that address, for anyone who can reach it. False: nowhere.
   */
  metrics: constantOr(false, metricsSection, `false, or ${metricsSection.facts.accepted}`),
  /** Webhook for warnings that a part of a budget is spent. */
  budgetWebhook: budgetWebhookSection,
});
