/**
 * What fields of one operation ask in the same moment is asked together: 50 entities are resolved in one tick, so their
 * texts become one batch and equal prompts become one call. A loader lives as long as its operation, and belongs to one field.
 */
import DataLoader from 'dataloader';
import type { OperationContext } from '../context.ts';

type AnyLoader = DataLoader<unknown, unknown>;
const loadersOf = new WeakMap<OperationContext, Map<string, AnyLoader>>();

/**
 * The loader of the operation under that name, made at first use. `load` gets all that was asked in one tick and gives back
 * as many results, an Error for each that failed.
 */
export function together<Asked, Result>(
  context: OperationContext,
  name: string,
  load: (asked: readonly Asked[]) => Promise<readonly (Result | Error)[]>,
): { load(asked: Asked): Promise<Result> } {
  const loaders = loadersOf.get(context) ?? new Map<string, AnyLoader>();
  loadersOf.set(context, loaders);
  const known = loaders.get(name);
  if (known !== undefined) return known as unknown as DataLoader<Asked, Result>;
  const fresh = new DataLoader<Asked, Result>(load, { cache: false });
  loaders.set(name, fresh as unknown as AnyLoader);
  return fresh;
}

/** Runs the tasks, at most so many at a time, and gives each its result or its error, in order. */
export async function bounded<T>(most: number, tasks: readonly (() => Promise<T>)[]): Promise<(T | Error)[]> {
  const results: (T | Error)[] = [];
  let next = 0;
  async function work(): Promise<void> {
    for (let index = next++; index < tasks.length; index = next++) {
      const task = tasks[index];
      if (task === undefined) continue;
      try {
        results[index] = await task();
      } catch (error) {
        results[index] = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, tasks.length) }, work));
  return results;
}
