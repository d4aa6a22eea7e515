/**
 * The configuration by which new operations run, and how another takes its place. Operations in flight end by the one that they
 * began with.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { GatewayConfig } from '../config/config.ts';
import { GatewayError } from '../core/errors.ts';
import { monotonicMs } from '../core/turns/monotonic.ts';
import type { Graph, GraphStatus } from '../federation/graph.ts';
import { makePlansAhead } from '../federation/plans-ahead.ts';
import type { Configured } from './configured.ts';

export interface PresentConfiguration {
  /** Changes when another configuration takes over: read it anew for each operation. */
  readonly current: Configured;
  /** Begins what goes on in the background, also of each configuration that comes later. */
  start(): void;
  /** Takes over `config`; rejects with MODEL_UNAVAILABLE, and changes nothing, where its graph cannot be composed soon. */
  replace(config: GatewayConfig): Promise<void>;
  /** Ends what goes on in the background. A configuration that comes later is refused. */
  stop(): Promise<void>;
}

export function presentConfiguration(config: GatewayConfig, configure: (config: GatewayConfig) => Configured): PresentConfiguration {
  let isStarted = false;
  let isStopped = false;
  let replacing: Promise<void> = Promise.resolve();

  async function takeOver(by: GatewayConfig): Promise<void> {
    const next = configure(by);
    const { ready, reasons } = await composeSoon(next.graph);
    const planned = next.graph.planned();
    if (planned !== null) await makePlansAhead(present.current.graph.planned(), planned, null);
    if (!ready || isStopped) {
      await next.stop();
      throw new GatewayError('MODEL_UNAVAILABLE', `The graph of the new configuration cannot be served. ${reasons.join(' ')}`);
    }
    const before = present.current;
    present.current = next;
    await before.stop();
    if (isStarted) next.start();
  }

  const present = {
    current: configure(config),
    start() {
      isStarted = true;
      present.current.start();
    },
    replace(by: GatewayConfig) {
      const turn = replacing.then(() => takeOver(by));
      replacing = turn.catch(() => {});
      return turn;
    },
    async stop() {
      isStopped = true;
      await present.current.stop();
    },
  };
  return present;
}

/** Time for the sources of a new configuration. A subgraph that is still down by then is served as it was before, where that is known. */
const maxComposingMs = 4_000;
const lookAgainMs = 250;

async function composeSoon(graph: Graph): Promise<GraphStatus> {
  const endsAt = monotonicMs() + maxComposingMs;
  for (;;) {
    const status = await graph.refresh();
    if (status.ready || monotonicMs() > endsAt) return status;
    await wait(lookAgainMs);
  }
}
