import { createHash } from 'node:crypto';
import { type Principal, shareOf } from '../core/call/call.ts';
import { newCallId } from '../core/call/call-id.ts';
import { GatewayError } from '../core/errors.ts';
import { canonicalJsonInTurns } from '../core/json/canonical-json.ts';
import { withTimeout } from '../core/stream.ts';
import type { Claim, Completions } from '../storage/completions/completions.ts';
import { endedRuns } from './ended-runs.ts';
import { gatewayStopped, startsNothingNew } from './endings.ts';
import type { RunLog } from './event-log.ts';
import { liveBytes } from './live-bytes.ts';
import { type LiveRun, liveRun } from './live-run.ts';
import { plainAnswers } from './plain-answers.ts';
import type { BeginRun, Run, RunState, Runs } from './run.ts';
import { runElsewhere } from './run-elsewhere.ts';
import { bodyOf, openStoredRun, routeOf, stubOf } from './stored-run.ts';

export interface RunsOptions {
  readonly completions: Completions;
  readonly now?: () => number;
  /** Bound of one log, in bytes of memory. */
  readonly maxLogBytes?: number;
  /** Bound of the runs that have not ended, of all principals and of one: see `live-bytes.ts`. */
  readonly maxLiveBytes?: number;
  readonly maxLiveBytesPerPrincipal?: number;
  readonly lagBytes?: number;
  /** Bound of all ended runs that are kept in memory. */
  readonly maxEndedBytes?: number;
  /** How long an ended run, or a plain answer, stays in memory, in milliseconds. */
  readonly keptMs?: number;
  /** Bound of all plain answers that are kept in memory. */
  readonly maxPlainBytes?: number;
  /** How long a run with an idempotency key waits for a reader to come back, in milliseconds. */
  readonly lingerMs?: number;
  /** Called when an ended run could not be stored. Its readers have been served. */
  readonly onStoreFailed?: (error: unknown) => void;
}

/** A stored completion is kept for a day, as the contract of `idempotencyKey` says. */
const dayMs = 86_400_000;
const sweepEveryMs = 30_000;

interface Kept {
  readonly run: LiveRun;
  readonly principal: string;
}

export function openRuns(options: RunsOptions): Runs {
  const { completions, now = Date.now } = options;
  const {
    maxLogBytes = 4 << 20,
    maxLiveBytes = 256 << 20,
    maxLiveBytesPerPrincipal = 64 << 20,
    lagBytes = 64 << 10,
    maxEndedBytes = 64 << 20,
    keptMs = 600_000,
    maxPlainBytes = 16 << 20,
    lingerMs = 10_000,
    onStoreFailed = () => {},
  } = options;
  const kept = new Map<string, Kept>();
  const live = liveBytes({ maxBytes: maxLiveBytes, maxBytesPerPrincipal: maxLiveBytesPerPrincipal });
  const ended = endedRuns({ maxBytes: maxEndedBytes, keptMs, now: () => performance.now(), letGo: (id) => kept.delete(id) });
  const plain = plainAnswers({ maxBytes: maxPlainBytes, keptMs, now: () => performance.now() });
  const sweep = setInterval(() => {
    ended.sweep();
    plain.sweep();
  }, sweepEveryMs);
  sweep.unref();
  let stopping: Promise<void> | null = null;
  /** Runs that have not ended, and runs that have ended and are not stored yet. */
  const unstored = new Set<LiveRun>();

  const running = (): LiveRun[] => [...kept].filter(([id]) => !ended.has(id)).map(([, { run }]) => run);

  /**
   * A run that failed before anything was sent to a model, or in a way that asking again may mend, gives its key back: a repeat
   * asks anew.
   */
  async function keep({ principal, idempotencyKey, detached }: BeginRun, run: LiveRun, state: RunState, log: RunLog): Promise<void> {
    ended.add(state.id, shareOf(principal), run.bytes());
    if (idempotencyKey === null && !detached) return;
    const neverSent = state.status !== 'COMPLETED' && (state.settlement?.usage ?? null) === null;
    const freesKey = neverSent || state.failure?.retryable === true;
    await completions.save({ id: state.id, principal: principal.id, body: bodyOf(state, log), expiresAt: now() + dayMs, freesKey });
  }

  async function find(id: string, principal: Principal): Promise<Run | null> {
    const entry = kept.get(id);
    if (entry !== undefined) return entry.principal === principal.id ? entry.run : null;
    const record = await completions.find(id, principal.id);
    if (record === null) return null;
    if (record.progress !== 'running') return openStoredRun(record);
    return runElsewhere(id, routeOf(record), async () => {
      const again = await completions.find(id, principal.id);
      if (again === null) throw new GatewayError('RESUME_EXPIRED', 'This completion is no longer kept. Ask again to start one.');
      return again.progress === 'running' ? null : openStoredRun(again);
    });
  }

  function begun(begin: BeginRun, id: string): Run {
    const run: LiveRun = liveRun({
      id,
      route: begin.route,
      detached: begin.detached,
      lingerMs: begin.idempotencyKey === null ? 0 : lingerMs,
      source: begin.source,
      ending: begin.ending && ((state) => begin.ending?.(state).catch(onStoreFailed) ?? Promise.resolve()),
      maxLogBytes,
      lagBytes,
      scale: live.scale(shareOf(begin.principal)),
      onEnd: (state, log) => keep(begin, run, state, log).catch(onStoreFailed),
    });
    kept.set(id, { run, principal: begin.principal.id });
    unstored.add(run);
    void run.done.then(() => unstored.delete(run));
    // It was recorded while the gateway was told to stop.
    if (stopping !== null) void run.end(gatewayStopped());
    return run;
  }

  async function recorded({ principal, route, input }: BeginRun, id: string, key: string | null): Promise<Claim> {
    const claim =
      key === null
        ? null
        : {
            key,
            inputHash: createHash('sha256')
              .update(await canonicalJsonInTurns(input))
              .digest('hex'),
          };
    return completions.begin({ id, principal: principal.id, body: stubOf(route), claim, now: now() });
  }

  /** The run that has the key, or a new one. It is registered before the first wait, so that others with the key find it. */
  async function claimed(begin: BeginRun, key: string): Promise<Run> {
    for (;;) {
      const id = newCallId();
      const claim = await recorded(begin, id, key);
      if (claim.fresh) return begun(begin, id);
      if (!claim.sameInput) {
        throw new GatewayError(
          'IDEMPOTENCY_CONFLICT',
          'This idempotencyKey was used with another input in the last 24 hours. Use a new key for a new input.',
        );
      }
      const run = await find(claim.completionId, begin.principal);
      if (run !== null) return run;
      await completions.release(claim.completionId);
    }
  }

  return {
    async start(begin) {
      if (stopping !== null) throw startsNothingNew();
      const { idempotencyKey: key, detached } = begin;
      live.admit(shareOf(begin.principal));
      if (key !== null) return claimed(begin, key);
      const id = newCallId();
      if (detached) await recorded(begin, id, null);
      return begun(begin, id);
    },
    answer: (begin) => (stopping === null ? plain.answer(begin) : Promise.reject(startsNothingNew())),
    async state(id, principal) {
      return plain.find(id, principal.id) ?? (await find(id, principal))?.state() ?? null;
    },
    find,
    async findByKey(key, principal) {
      const id = await completions.withKey(key, principal.id);
      return id === null ? null : find(id, principal);
    },
    forget(user) {
      const isTheirs = (principal: string): boolean => principal.endsWith(`:${user}`);
      for (const [id, { principal }] of kept) if (isTheirs(principal)) ended.remove(id);
      plain.forget(isTheirs);
    },
    counts() {
      const open = running();
      return { open: open.length + plain.open.size, readers: open.reduce((sum, run) => sum + run.readers(), 0) };
    },
    async idle(graceMs) {
      const under = [...[...unstored].map((run) => run.done), ...[...plain.open.values()].map((one) => one.ended())];
      await withTimeout(Promise.all(under), graceMs, null);
    },
    stop() {
      clearInterval(sweep);
      for (const one of plain.open.values()) one.end(gatewayStopped());
      stopping ??= Promise.all([...unstored].map((run) => run.end(gatewayStopped()))).then(() => {});
      return stopping;
    },
  };
}
