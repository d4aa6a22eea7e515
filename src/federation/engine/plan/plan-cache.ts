/** A cache with a maximum weight. The least recently used value is dropped first. */

export interface PlanCache<T> {
  /** Concurrent callers share one `make`. A failed `make` is not kept. */
  get(key: string, make: () => Promise<Weighed<T>>): T | Promise<T>;
  /** Kept values, the most recently used one first. */
  recent(): readonly T[];
}

export interface Weighed<T> {
  readonly value: T;
  /** Weight in characters, approximately. */
  readonly weight: number;
}

/** About 32 MB. */
const usualWeight = 16_000_000;

export function planCache<T>(maxWeight: number = usualWeight): PlanCache<T> {
  const kept = new Map<string, Weighed<T>>();
  const making = new Map<string, Promise<T>>();
  let weight = 0;

  const keep = (key: string, made: Weighed<T>): void => {
    kept.set(key, made);
    weight += made.weight;
    for (const [oldest, { weight: freed }] of kept) {
      if (weight <= maxWeight || oldest === key) break;
      kept.delete(oldest);
      weight -= freed;
    }
  };

  return {
    get(key, make) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return known.value;
      }
      const pending = making.get(key);
      if (pending !== undefined) return pending;
      const made = make()
        .then((weighed) => {
          keep(key, weighed);
          return weighed.value;
        })
        .finally(() => making.delete(key));
      making.set(key, made);
      return made;
    },
    recent: () => [...kept.values()].map(({ value }) => value).reverse(),
  };
}
