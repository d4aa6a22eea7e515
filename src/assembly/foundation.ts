/** What a gateway keeps however often its configuration is read again: its stores, runs, kept answers, health and metrics. */
import { type LastUses, openLastUses } from '../access/keys/last-uses.ts';
import { type LeaseBook, openLeases } from '../access/leases.ts';
import { type EndedTeams, endedTeams } from '../access/teams/ended-teams.ts';
import type { FindRevocations } from '../access/users/revocations.ts';
import type { GatewayConfig } from '../config/config.ts';
import { storageOpener } from '../config/embedded-storage.ts';
import { revealed } from '../config/kinds/secret-setting.ts';
import { pathIn } from '../config/path-in.ts';
import { Secret } from '../core/secret.ts';
import { type Composer, composer as forkingComposer } from '../federation/compose/compose.ts';
import { type SubgraphStandings, subgraphStandings } from '../federation/subgraphs/access/subgraph-standings.ts';
import { type Activity, openActivity } from '../operations/activity/activity.ts';
import { type WarningFeed, warningFeed } from '../operations/limits/follow-warnings.ts';
import type { WebhookTarget } from '../outbound/webhook.ts';
import type { AnswerStore } from '../pipeline/cache/cache-store.ts';
import { type AnswerMemory, answerMemory } from '../pipeline/cache/kept-answers.ts';
import { type HealthBook, healthBook } from '../routing/health.ts';
import { openRuns } from '../runs/open-runs.ts';
import type { Storage } from '../storage/storage.ts';
import type { Log } from '../telemetry/log.ts';
import { type Metrics, openMetrics } from '../telemetry/metrics.ts';
import { repeatedSeldom } from '../telemetry/repeated-warnings.ts';
import { type BudgetNotices, budgetNotices } from './notices/budget-notices.ts';
import { type ChangeLog, changeLog } from './notices/change-log.ts';

export interface Foundation {
  /** The folder for files of this machine beside the stores; null: there is none. */
  readonly state: string | null;
  readonly storage: Storage;
  readonly runs: ReturnType<typeof openRuns>;
  readonly leases: LeaseBook;
  readonly findRevocations: FindRevocations;
  readonly endedTeams: EndedTeams;
  readonly lastUses: LastUses;
  readonly cache: AnswerStore | AnswerMemory;
  /** The composer of subgraphs. There is one for all readings of the configuration, so that an unchanged graph is not composed again. */
  readonly composer: Composer;
  readonly health: HealthBook;
  /** What runs now. */
  readonly activity: Activity;
  /** How the subgraphs are doing, whatever configuration asks them. */
  readonly standings: SubgraphStandings;
  /** Null where metrics are turned off. */
  readonly metrics: Metrics | null;
  readonly notices: BudgetNotices;
  readonly changeLog: ChangeLog;
  readonly budgetWarnings: WarningFeed;
  readonly log: Log;
  readonly now: () => number;
}

export interface FoundationOptions {
  readonly folder: string;
  readonly composer?: Composer;
  readonly log: Log;
  readonly now: () => number;
}

export async function openFoundation(
  config: GatewayConfig,
  { folder, composer = forkingComposer(), log, now }: FoundationOptions,
): Promise<Foundation> {
  const opener = storageOpener(config);
  const state = opener.stateFolder ?? null;
  const warn = repeatedSeldom((sentence, fields) => log.warn(sentence, fields));
  const storage = await opener.open({ folder, now, warn: (sentence, cause) => warn(sentence, { err: cause }) });
  const runs = openRuns({
    completions: storage.completions,
    now,
    onStoreFailed: (err) => log.error('a completion could not be stored', { err }),
  });
  const ended = endedTeams(storage.keys);
  const findRevocations: FindRevocations = (kind, ids) =>
    kind === 'team' ? ended.revocations(ids) : storage.identities.revocations(kind, ids);
  const metrics = config.telemetry?.metrics === false ? null : openMetrics({ routes: Object.keys(config.routes), log });
  return {
    state: state === null ? null : pathIn(folder, state),
    storage,
    runs,
    leases: openLeases({ keys: ended.keys, findRevocations, now }),
    findRevocations,
    endedTeams: ended,
    lastUses: openLastUses({ keys: storage.keys, now }),
    cache: config.cache?.store ?? answerMemory(),
    composer,
    health: healthBook(),
    activity: openActivity(now),
    standings: subgraphStandings(),
    metrics,
    notices: budgetNotices({ warnings: storage.limits.warnings ?? null, webhook: budgetWebhookOf(config), metrics, log, now }),
    changeLog: changeLog({ changes: storage.changes, log }),
    budgetWarnings: warningFeed({
      warnings: storage.limits.warnings ?? null,
      now,
      warn: (sentence, err) => warn(sentence, { err }),
    }),
    log,
    now,
  };
}

function budgetWebhookOf({ telemetry }: GatewayConfig): WebhookTarget | null {
  const webhook = telemetry?.budgetWebhook;
  return webhook === undefined ? null : { url: webhook.url, secret: new Secret(revealed(webhook.secret)) };
}
