import { constantOr } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { text } from '../kinds/texts.ts';

export const metricsSection = section('telemetry.metrics', {
  /** The address that Prometheus asks. */
  host: text({ default: '127.0.0.1' }),
  /** Its port. Anyone who reaches it may read the metrics. */
  port: needed(wholeNumber({ min: 0, max: 65_535 })),
});

export const telemetrySection = section('telemetry', {
  /**
   * Metrics for Prometheus. Without it: `/metrics` at the gateway's own address, for keys with the scope `ai:metrics` (in
   * development on loopback for anyone). With a port: at that address alone, for anyone who reaches it. False: nowhere.
   */
  metrics: constantOr(false, metricsSection, `false, or ${metricsSection.facts.accepted}`),
});
