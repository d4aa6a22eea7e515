/** A bounded number of places that tenants take in turns: the waiting tenant that was served longest ago is next. */
import { abortError } from '../../core/turns/abort.ts';

export interface FairPlaces {
  /** Resolves with how to leave it. */
  take(tenant: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly tenant: string;
  readonly enter: () => void;
}

export function fairPlaces({ maxPlaces, maxPerTenant }: { readonly maxPlaces: number; readonly maxPerTenant: number }): FairPlaces {
  const waiting: Waiting[] = [];
  const taken = new Map<string, number>();
  /** The turn at which each tenant was served last; of those who neither wait nor have a place it is forgotten. */
  const served = new Map<string, number>();
  let free = maxPlaces;
  let turn = 0;

  const next = (): Waiting | undefined =>
    waiting
      .filter(({ tenant }) => (taken.get(tenant) ?? 0) < maxPerTenant)
      .reduce<Waiting | undefined>(
        (best, one) => (best === undefined || (served.get(one.tenant) ?? 0) < (served.get(best.tenant) ?? 0) ? one : best),
        undefined,
      );
  const admit = (): void => {
    for (let one = free > 0 ? next() : undefined; one !== undefined; one = free > 0 ? next() : undefined) {
      waiting.splice(waiting.indexOf(one), 1);
      free -= 1;
      turn += 1;
      served.set(one.tenant, turn);
      taken.set(one.tenant, (taken.get(one.tenant) ?? 0) + 1);
      one.enter();
    }
    if (waiting.length === 0 && free === maxPlaces) served.clear();
  };
  const leave = (tenant: string): void => {
    free += 1;
    const left = (taken.get(tenant) ?? 1) - 1;
    if (left === 0) taken.delete(tenant);
    else taken.set(tenant, left);
    admit();
  };

  return {
    take: (tenant, signal) =>
      new Promise((resolve, reject) => {
        const one: Waiting = {
          tenant,
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
  };
}
