/**
 * The configuration by which new operations run, and how another takes its place. Operations in flight end by the one that they
 * began with.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { GatewayConfig } from '../config/config.ts';
import { GatewayError } from '../core/errors.ts';
import { monotonicMs } from '../core/turns/monotonic.ts';
import type { Graph, GraphStatus } from '../federation/graph.ts';
import type { OperationHooks } from '../operations/open.ts';
import type { Configured } from './configured.ts';

export interface PresentConfiguration {
  readonly current: () => Configured;
  /** Of the configuration that opened the operation. */
  readonly hooks: Required<OperationHooks>;
  /** Begins what goes on in the background, also of each configuration that comes later. */
  start(): void;
  /** Takes over `config`; rejects with MODEL_UNAVAILABLE, and changes nothing, where its graph cannot be composed soon. */
  replace(config: GatewayConfig): Promise<void>;
  /** Ends what goes on in the background. A configuration that comes later is refused. */
  stop(): Promise<void>;
}

export function presentConfiguration(config: GatewayConfig, configure: (config: GatewayConfig) => Configured): PresentConfiguration {
  let current = configure(config);
  let isStarted = false;
  let isStopped = false;
  let replacing: Promise<void> = Promise.resolve();
  const openers = new WeakMap<object, Configured>();
  const openerOf = (context: object): Configured => openers.get(context) ?? current;

  async function takeOver(by: GatewayConfig): Promise<void> {
    const next = configure(by);
    const { ready, reasons } = await composeSoon(next.graph);
    if (!ready || isStopped) {
      await next.stop();
      throw new GatewayError('MODEL_UNAVAILABLE', `The graph of the new configuration cannot be served. ${reasons.join(' ')}`);
    }
    const before = current;
    current = next;
    await before.stop();
    if (isStarted) next.start();
  }

  return {
    current: () => current,
    hooks: {
      authenticate: (credentials) => current.authenticate(credentials),
      async openOperation(input) {
        const by = current;
        const context = await by.hooks.openOperation(input);
        openers.set(context, by);
        return context;
      },
      admitOperation: async (context, operation) => (await openerOf(context).hooks.admitOperation?.(context, operation)) ?? null,
      closeOperation: (context) => openerOf(context).hooks.closeOperation(context),
    },
    start() {
      isStarted = true;
      current.start();
    },
    replace(by) {
      const turn = replacing.then(() => takeOver(by));
      replacing = turn.catch(() => {});
      return turn;
    },
    async stop() {
      isStopped = true;
      await current.stop();
    },
  };
}

/** For the sources of a new configuration; a subgraph that is down is served as it was before by then, where that is known. */
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
