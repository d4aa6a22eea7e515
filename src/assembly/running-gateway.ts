/** A gateway that runs, as its operator's program sees it. */
import type { GraphQLSchema } from 'graphql';
import type { LastUses } from '../access/keys/last-uses.ts';
import type { GatewayConfig } from '../config/config.ts';
import type { Secret } from '../core/secret.ts';
import type { Composer } from '../federation/compose/compose.ts';
import type { Graph } from '../federation/graph.ts';
import type { Services } from '../graphql/services.ts';
import type { Listening } from '../server/listening.ts';
import type { Background, FieldgateServer } from '../server/server.ts';
import type { Storage } from '../storage/storage.ts';
import type { Log } from '../telemetry/log.ts';
import type { BudgetNotices } from './notices/budget-notices.ts';
import type { ChangeLog } from './notices/change-log.ts';
import type { PresentConfiguration } from './present-configuration.ts';
import type { WarmUp } from './warming.ts';

export interface Gateway {
  /** Serves, and begins what goes on in the background. Rejects in a sentence when the address is taken. */
  listen(at: { readonly host: string; readonly port: number }): Promise<Listening>;
  readonly graph: Graph;
  /** The AI subgraph as it runs here: what `fieldgate subgraph` serves. Null where the configuration has none. */
  readonly aiSchema: GraphQLSchema | null;
  readonly services: Services;
  readonly storage: Storage;
  readonly log: Log;
  /** A key with every scope, for the person at this machine; null outside development. */
  readonly developmentKey: string | null;
  /** Whether callers without a key may use the default route. */
  readonly keyless: boolean;
  /** Paths of the built pages that it serves, such as `/console`. */
  readonly pages: readonly string[];
  /**
   * Takes over a configuration that `checkConfig` found no mistake in: new operations run by it, those in flight by the one
   * that they began with. Its graph must be composed first: rejects with MODEL_UNAVAILABLE, and the present one stays, where it
   * is not. `server`, `cache`, `storage`, `telemetry` and `logLevel` take effect at the next start.
   */
  reconfigure(config: GatewayConfig): Promise<void>;
  /** Lets operations finish for the configured grace, stores what must be kept, ends everything. Idempotent. */
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** Where the configuration lies: its relative paths begin there. */
  readonly folder: string;
  /** Whether it listens on this machine alone: only then may anonymous callers use the embedded provider. */
  readonly loopback: boolean;
  /** Serves the AI schema alone, as a subgraph of the router that shows this secret: it may ask for `_entities`. */
  readonly router?: Secret;
  /** What makes one supergraph of the subgraphs. Default: it is composed in a process of its own. */
  readonly composer?: Composer;
  /** Begins when it listens; it is ready when this has ended, however it ends. The signal fires when it closes. Default: nothing. */
  readonly warmUp?: (signal: AbortSignal) => Promise<unknown>;
  readonly log?: Log;
  readonly now?: () => number;
}

export interface RunningParts {
  readonly present: PresentConfiguration;
  readonly server: FieldgateServer;
  readonly warming: WarmUp;
  readonly background: Background;
  readonly lastUses: Pick<LastUses, 'flush'>;
  readonly notices: BudgetNotices;
  readonly changeLog: Pick<ChangeLog, 'start' | 'stop'>;
  readonly storage: Storage;
  readonly log: Log;
  /** Time for operations to finish when it closes, in milliseconds. */
  readonly drainMs: number;
  readonly developmentKey: string | null;
  readonly pages: readonly string[];
}

export function makeGateway({
  present,
  server,
  warming,
  background,
  lastUses,
  notices,
  changeLog,
  storage,
  log,
  drainMs,
  developmentKey,
  pages,
}: RunningParts): Gateway {
  let closing: Promise<void> | null = null;
  async function shutDown(): Promise<void> {
    const warmedUp = warming.stop();
    await server.close(drainMs);
    await background.stop();
    await present.stop();
    await lastUses.flush();
    await notices.stop();
    await changeLog.stop();
    await storage.close();
    await warmedUp;
  }
  return {
    get graph() {
      return present.current.graph;
    },
    get aiSchema() {
      return present.current.own;
    },
    get services() {
      return present.current.services;
    },
    get keyless() {
      return present.current.keyless;
    },
    storage,
    log,
    developmentKey,
    pages,
    async listen(at) {
      const listening = await server.listen(at);
      present.start();
      warming.start();
      notices.start();
      changeLog.start();
      return listening;
    },
    reconfigure: (config) => present.replace(config),
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}
