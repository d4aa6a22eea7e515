/**
 * A bounded number of places that tenants take in turns: the waiting tenant that was served longest ago is next, with the lightest of
 * what it waits for. A tenant that comes anew waits for one place to be left, and for the other tenants that came anew before it.
 */
import { abortError } from './abort.ts';

export interface FairPlaces {
  /** Resolves with how to leave it, once. `weight`: of one tenant's the lightest is next. Rejects with `abortError`, and has no place then. */
  take(tenant: string, signal: AbortSignal, weight?: number): Promise<() => void>;
  /** A place where one is free and nobody waits for it; else null. */
  takeNow(tenant: string): (() => void) | null;
  /** How many wait. */
  waits(): number;
  /** Tenants of whom it is known when they were served last. */
  remembered(): number;
}

interface Waiting {
  readonly tenant: string;
  readonly weight: number;
  readonly enter: () => void;
}

/** Tenants whose last turn is known. Beyond them, those who neither wait nor have a place are forgotten, and count as new. */
const maxServed = 1_000;

export function fairPlaces({ maxPlaces, maxPerTenant }: { readonly maxPlaces: number; readonly maxPerTenant: number }): FairPlaces {
  const waiting: Waiting[] = [];
  const taken = new Map<string, number>();
  /** The turn at which each tenant was served last. */
  const served = new Map<string, number>();
  let free = maxPlaces;
  let turn = 0;

  const next = (): Waiting | undefined =>
    waiting
      .filter(({ tenant }) => (taken.get(tenant) ?? 0) < maxPerTenant)
      .reduce<Waiting | undefined>((best, one) => (best === undefined || isBefore(one, best) ? one : best), undefined);
  const isBefore = (one: Waiting, other: Waiting): boolean => {
    const [at, otherAt] = [served.get(one.tenant) ?? 0, served.get(other.tenant) ?? 0];
    return at < otherAt || (at === otherAt && one.weight < other.weight);
  };
  const enter = (tenant: string): void => {
    free -= 1;
    turn += 1;
    served.set(tenant, turn);
    taken.set(tenant, (taken.get(tenant) ?? 0) + 1);
  };
  const forgetAbsent = (): void => {
    const present = new Set([...taken.keys(), ...waiting.map(({ tenant }) => tenant)]);
    for (const tenant of served.keys()) if (!present.has(tenant)) served.delete(tenant);
  };
  const admit = (): void => {
    for (let one = free > 0 ? next() : undefined; one !== undefined; one = free > 0 ? next() : undefined) {
      waiting.splice(waiting.indexOf(one), 1);
      enter(one.tenant);
      one.enter();
    }
    if (waiting.length === 0 && free === maxPlaces) served.clear();
    if (served.size > maxServed) forgetAbsent();
  };
  const leave = (tenant: string): void => {
    free += 1;
    const left = (taken.get(tenant) ?? 1) - 1;
    if (left === 0) taken.delete(tenant);
    else taken.set(tenant, left);
    admit();
  };

  return {
    take: (tenant, signal, weight = 0) =>
      new Promise((resolve, reject) => {
        const one: Waiting = {
          tenant,
          weight,
          enter: () => {
            signal.removeEventListener('abort', onAbort);
            resolve(() => leave(tenant));
          },
        };
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(one), 1);
          reject(abortError(signal));
        };
        if (signal.aborted) return reject(abortError(signal));
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(one);
        admit();
      }),
    takeNow(tenant) {
      if (free === 0 || waiting.length > 0 || (taken.get(tenant) ?? 0) >= maxPerTenant) return null;
      enter(tenant);
      return () => leave(tenant);
    },
    waits: () => waiting.length,
    remembered: () => served.size,
  };
}
