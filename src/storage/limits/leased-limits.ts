/**
 * Limits of one process on a state that others may share: budgets and slots are leased (`account-leases.ts`), draws stand in the
 * journal, rates in memory or in the database (`rates/`).
 *
 * Held money is counted per account and process, so that a hold needs no row of its own and the holds of a dead process are
 * released at once. Each draw is in the journal before its attempt is dispatched, with or without a budget, so that no call is lost. Its
 * cost is settled in memory, and booked in the background with the rows.
 */

import type { Limit } from '../../core/call/hold.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Database } from '../database/database.ts';
import { groupCommit } from '../database/group-commit.ts';
import type { DeadOwner } from '../journal/adopt-journals.ts';
import type { Journal } from '../journal/journal.ts';
import type { Owner } from '../state/owner.ts';
import { openLeases, type Taken } from './account-leases.ts';
import { type Account, accountOf, forgetAccounts, forgetSessionAccounts } from './accounts.ts';
import { openHolds, refusal } from './holds.ts';
import { openRecalls } from './lease-recalls.ts';
import type { Want } from './lease-rooms.ts';
import type { Admission, AdmissionAtOnce, Limits } from './limits.ts';
import { endOwner } from './lost/lost-calls.ts';
import { forgetLostDraws, freeLostHolds } from './lost/lost-draws.ts';
import { drawMaker } from './make-draws.ts';
import { type QuotaLimit, quotaAccount, quotaBooks, quotaWant, smallestQuotas } from './quotas/quotas.ts';
import { forgetSessions, sessionWindows } from './quotas/session-windows.ts';
import { bucketOf, type RateLimit } from './rates/rate-buckets.ts';
import { openRates } from './rates/rates.ts';
import { type ConcurrencyLimit, slotsWanted } from './slots.ts';
import { budgetsOf } from './smallest-budgets.ts';
import { watchSpending } from './warnings/notice-spending.ts';
import { forgetWarnings } from './warnings/warning-rows.ts';
import { forecastOf, windowOf } from './windows.ts';

const atOnce = 500;
/** How often to check for leases that can be given back. */
const giveBackEveryMs = 250;
/** Windows of budgets are kept for 400 days. */
const accountsKeptMs = 400 * 24 * 3_600_000;
/** A session lasts at most a week. */
const sessionsKeptMs = 30 * 24 * 3_600_000;
const forgetEveryMs = 3_600_000;

export interface LimitsOptions {
  readonly database: Database;
  readonly journal: Pick<Journal, 'open' | 'settle'>;
  /** Books what dead owners left in their journals. */
  readonly adopt: () => Promise<readonly DeadOwner[]>;
  readonly owner: Owner;
  readonly now?: () => number;
  /** Clock of the rates. */
  readonly monotonicMs?: () => number;
  /** How long the rest of a lost call's ceiling stays held, in milliseconds. 0: it is not held. Default: a day. */
  readonly lostHoldMs?: number;
  /** Called with a sentence for the operator. */
  readonly warn?: (sentence: string, cause?: unknown) => void;
}

const freed = Promise.resolve();
const nothing: AdmissionAtOnce = { free() {} };
const withoutSlots: Promise<Admission> = Promise.resolve({ release: () => freed });
const releasing = ({ free }: AdmissionAtOnce): Admission => ({ release: async (usedTokens) => free(usedTokens) });

export function openLimits(options: LimitsOptions): Limits {
  const { database, journal, adopt, owner, now = Date.now, monotonicMs = monotonic, lostHoldMs = 24 * 3_600_000, warn } = options;
  const commit = groupCommit(database);
  const rates = openRates({ database, commit, owner, monotonicMs });
  const recalls = openRecalls({
    ...{ database, commit, owner },
    endDead: () => recover(),
    recalled: (accounts) => leases.recall(accounts),
  });
  const leases = openLeases({ database, commit, owner, monotonicMs, others: recalls.others, ask: recalls.ask });
  const giving = setInterval(() => void leases.giveBack('unused').catch(() => {}), giveBackEveryMs);
  giving.unref();
  const spentOf = async (account: Account): Promise<number> => (await leases.balanceOf(account)).spent;
  const spending = watchSpending({ database, spentOf, others: recalls.others, now, ...(warn === undefined ? {} : { warn }) });
  const quotas = quotaBooks({ leases, journal });
  const openHold = openHolds({ leases, makeDraw: drawMaker({ leases, journal, owner }), owner, spent: spending.note, now });
  let forgottenAtMs = Number.NEGATIVE_INFINITY;
  const forgetOld = async (): Promise<void> => {
    if (monotonicMs() - forgottenAtMs < forgetEveryMs) return;
    await database.tx(async (tx) => {
      await forgetAccounts(tx, now() - accountsKeptMs);
      await forgetSessionAccounts(tx, now() - sessionsKeptMs);
      await forgetSessions(tx, now());
      await forgetLostDraws(tx, now());
      await forgetWarnings(tx, now() - accountsKeptMs);
    });
    forgottenAtMs = monotonicMs();
  };
  const recover = async (): Promise<number> => {
    let lost = 0;
    for (const { id, discard } of await adopt()) {
      lost += await endOwner(database, id, { now, holdMs: lostHoldMs });
      discard();
    }
    for (let freed = atOnce; freed === atOnce; ) freed = await database.tx((tx) => freeLostHolds(tx, now(), atOnce));
    await leases.giveBack('unused');
    await forgetOld();
    return lost;
  };

  const taking = (asked: Admitted, tokens: number): Taking => {
    const counting = rates.take(asked.rates, tokens);
    if (counting === null) return withSlots(asked, tokens);
    return counting.then(
      () => withSlots(asked, tokens),
      (error: unknown) => {
        throw refusal(error);
      },
    );
  };
  /** An admission that takes the slots. The rates are already taken. */
  const withSlots = ({ rates: counted, tokenRates, slots, quotas: limited }: Admitted, tokens: number): Taking => {
    const admission = (all: readonly Taken[]): AdmissionAtOnce => {
      const taken = limited.length === 0 ? all : all.slice(0, slots.length);
      const ofQuotas = limited.flatMap(({ of }, index) => {
        const part = all[slots.length + index];
        return part === undefined ? [] : [{ taken: part, of }];
      });
      quotas.begin(ofQuotas);
      let isFree = false;
      return {
        free(usedTokens = tokens) {
          if (isFree) return;
          isFree = true;
          for (const slot of taken) leases.free(slot);
          quotas.end(ofQuotas, usedTokens);
          if (tokenRates.length > 0) void rates.giveBack(tokenRates, tokens, usedTokens);
        },
      };
    };
    if (slots.length === 0 && limited.length === 0) return tokenRates.length === 0 ? nothing : admission([]);
    const refused = async (error: unknown): Promise<never> => {
      await rates.giveBack(counted, tokens, 0);
      throw refusal(error);
    };
    const taken = leases.take(limited.length === 0 ? slots : [...slots, ...limited.map((quota) => quotaWant(quota, tokens, now()))]);
    return taken instanceof Promise ? taken.then(admission, refused) : admission(taken);
  };

  return {
    admit(limits, tokens = 0) {
      try {
        const taken = taking(knownAdmitted(limits), tokens);
        return taken === nothing ? withoutSlots : Promise.resolve(taken).then(releasing);
      } catch (error) {
        return Promise.reject(refusal(error));
      }
    },
    admitAtOnce(limits, tokens = 0) {
      const taken = taking(knownAdmitted(limits), tokens);
      return taken instanceof Promise ? taken.then(releasing) : taken;
    },

    hold: (limits, most) => openHold(budgetsOf(limits), most),

    budgets: (limits) =>
      Promise.all(
        budgetsOf(limits).map(async (budget) => {
          const { name, per, timeZone = 'UTC', most, warnAt = [] } = budget;
          const time = now();
          const window = windowOf(budget, time);
          const { spent, held } = await leases.balanceOf(accountOf(budget, window));
          return {
            ...{ name, per, timeZone, limit: most, spent, held },
            resetsAt: Number.isFinite(window.end) ? window.end : null,
            forecast: forecastOf(spent, window, time),
            warnings: warnAt.map((at) => ({ at, isReached: spent >= at * most })),
          };
        }),
      ),

    quotas: (limits) =>
      Promise.all(
        smallestQuotas(limits).map(async (quota) => {
          const window = windowOf(quota, now());
          const { spent, held } = await leases.balanceOf(quotaAccount(quota, window.start));
          const { name, of, per, most } = quota;
          return { name, of, per, limit: most, used: spent, held, resetsAt: Number.isFinite(window.end) ? window.end : null };
        }),
      ),

    session: sessionWindows({ commit, now }),

    warnings: spending,

    recover,

    async close() {
      clearInterval(giving);
      spending.close();
      rates.close();
      recalls.close();
      await leases.giveBack('all').catch(() => {});
    },
  };
}

type Taking = AdmissionAtOnce | Promise<AdmissionAtOnce>;

interface Admitted {
  readonly rates: readonly RateLimit[];
  /** The rates that count tokens. */
  readonly tokenRates: readonly RateLimit[];
  readonly slots: readonly Want[];
  readonly quotas: readonly QuotaLimit[];
}

function admittedBy(limits: readonly Limit[]): Admitted {
  const rates = smallestRates(limits);
  return {
    rates,
    tokenRates: rates.filter(({ kind }) => kind === 'tokens'),
    slots: slotsWanted(limits.filter((limit): limit is ConcurrencyLimit => limit.kind === 'concurrency')),
    quotas: smallestQuotas(limits),
  };
}

/** Each bucket once, with its smallest rate. */
function smallestRates(limits: readonly Limit[]): readonly RateLimit[] {
  const rates = new Map<string, RateLimit>();
  for (const limit of limits) {
    if (limit.kind !== 'requests' && limit.kind !== 'calls' && limit.kind !== 'tokens') continue;
    const known = rates.get(bucketOf(limit));
    if (known === undefined || limit.perMinute < known.perMinute) rates.set(bucketOf(limit), limit);
  }
  return [...rates.values()];
}

/** Cache for lists of limits, which stay the same object from call to call. */
const admitted = new WeakMap<readonly Limit[], Admitted>();

function knownAdmitted(limits: readonly Limit[]): Admitted {
  const known = admitted.get(limits);
  if (known !== undefined) return known;
  const asked = admittedBy(limits);
  admitted.set(limits, asked);
  return asked;
}
