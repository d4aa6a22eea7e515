import { createHash, randomUUID } from 'node:crypto';
import type { Principal } from '../core/call.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { GatewayError } from '../core/errors.ts';
import type { Completions } from '../storage/completions.ts';
import { type LiveRun, liveRun } from './live-run.ts';
import type { RunLog } from './log.ts';
import type { BeginRun, Run, RunState, Runs } from './run.ts';
import { bodyOf, storedRun } from './stored-run.ts';

export interface RunsOptions {
  readonly completions: Completions;
  readonly now?: () => number;
  /** Bound of one log, in bytes. */
  readonly logBytes?: number;
  readonly lagBytes?: number;
  /** Bound of all ended logs that are kept in memory, in bytes: the oldest are let go. */
  readonly keptBytes?: number;
  /** How long an ended run stays in memory, in milliseconds. */
  readonly keptMs?: number;
  /** How long a run with an idempotency key waits for a reader to come back, in milliseconds. */
  readonly lingerMs?: number;
  /** Told when an ended run could not be stored; its readers have been served. */
  readonly onStoreFailed?: (error: unknown) => void;
}

/** A claim and a stored completion are good for a day: the contract of `idempotencyKey`. */
const dayMs = 86_400_000;

interface Kept {
  readonly run: LiveRun;
  readonly principal: string;
}

export function openRuns(options: RunsOptions): Runs {
  const { completions, now = Date.now } = options;
  const {
    logBytes = 4 << 20,
    lagBytes = 64 << 10,
    keptBytes = 64 << 20,
    keptMs = 600_000,
    lingerMs = 10_000,
    onStoreFailed = () => {},
  } = options;
  const kept = new Map<string, Kept>();
  /** Those of them that have ended, in the order in which they did, and their size: every end looks at the oldest alone. */
  const ended = new Map<string, { readonly at: number; readonly bytes: number }>();
  let endedBytes = 0;
  let draining = false;

  function letGo(): void {
    for (const [id, { at, bytes }] of ended) {
      if (endedBytes <= keptBytes && now() - at < keptMs) return;
      kept.delete(id);
      ended.delete(id);
      endedBytes -= bytes;
    }
  }
  const sweep = setInterval(letGo, 30_000);
  sweep.unref();

  const running = (): LiveRun[] => [...kept].filter(([id]) => !ended.has(id)).map(([, { run }]) => run);

  /** A run that failed before anything was sent to a model gives its key back: asking again may then succeed. */
  async function keep(begin: BeginRun, state: RunState, log: RunLog): Promise<void> {
    ended.set(state.id, { at: now(), bytes: log.bytes });
    endedBytes += log.bytes;
    letGo();
    const { principal, idempotencyKey } = begin;
    const neverSent = state.status !== 'COMPLETED' && (state.settlement?.usage ?? null) === null;
    if (idempotencyKey !== null && neverSent) return completions.unclaim(principal.id, idempotencyKey);
    if (idempotencyKey === null && !begin.detached) return;
    await completions.save({ id: state.id, principal: principal.id, body: bodyOf(state, log), expiresAt: now() + dayMs });
  }

  async function find(id: string, principal: Principal): Promise<Run | null> {
    const entry = kept.get(id);
    if (entry !== undefined) return entry.principal === principal.id ? entry.run : null;
    const record = await completions.find(id, principal.id);
    return record === null ? null : storedRun(id, record.body);
  }

  function begun(begin: BeginRun, id: string): Run {
    const run = liveRun({
      id,
      route: begin.route,
      detached: begin.detached,
      lingerMs: begin.idempotencyKey === null ? 0 : lingerMs,
      source: begin.source,
      logBytes,
      lagBytes,
      onEnd: (state, log) => keep(begin, state, log).catch(onStoreFailed),
    });
    kept.set(id, { run, principal: begin.principal.id });
    return run;
  }

  /** The run that has the key, else a new one: kept before anything else is waited for, since others with the key look for it then. */
  async function claimed(begin: BeginRun, key: string): Promise<Run> {
    const id = randomUUID();
    const claim = await completions.claim({
      principal: begin.principal.id,
      key,
      inputHash: createHash('sha256').update(canonicalJson(begin.input)).digest('hex'),
      completionId: id,
      now: now(),
    });
    if (claim.fresh) return begun(begin, id);
    if (!claim.sameInput) {
      throw new GatewayError(
        'IDEMPOTENCY_CONFLICT',
        'This idempotencyKey was used with another input in the last 24 hours. Use a new key for a new input.',
      );
    }
    const run = await find(claim.completionId, begin.principal);
    if (run !== null) return run;
    throw new GatewayError(
      'RESUME_EXPIRED',
      'The completion with this idempotencyKey was cut off by a restart of the gateway or is no longer kept. Use a new key to ask again.',
    );
  }

  return {
    async start(begin) {
      if (draining)
        throw new GatewayError('MODEL_UNAVAILABLE', 'The gateway is shutting down and starts nothing new. Ask again in a moment.');
      const { idempotencyKey: key } = begin;
      return key === null ? begun(begin, randomUUID()) : claimed(begin, key);
    },
    find,
    counts() {
      const open = running();
      return { open: open.length, readers: open.reduce((sum, run) => sum + run.readers(), 0) };
    },
    async drain(graceMs) {
      draining = true;
      clearInterval(sweep);
      const cut = running();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([Promise.all(cut.map((run) => run.done)), late]);
      clearTimeout(timer);
      await Promise.all(cut.map((run) => run.cancel()));
    },
  };
}
