/**
 * Batches what fields of one operation request in the same tick: 50 entities are resolved in one tick, so their texts become
 * one batch, and equal prompts become one call. A loader lives as long as its operation and belongs to one field.
 */
import DataLoader from 'dataloader';
import type { OperationContext } from '../../operations/context.ts';

type AnyLoader = DataLoader<unknown, unknown>;
const loadersOf = new WeakMap<OperationContext, Map<string, AnyLoader>>();

/**
 * The operation's loader under that name, made at first use. `load` receives everything that was asked in one tick, and returns one result per
 * item, an Error for each that failed.
 */
export function askTogether<Asked, Result>(
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

type Turn = <T>(task: () => Promise<T>) => Promise<T>;
const turnsOf = new WeakMap<OperationContext, Map<string, Turn>>();

/**
 * Maximum number of calls of one field of one operation that run at the same time. So a list of entities cannot take all slots of its principal.
 */
export const callsAtOnce = 8;

/** Runs at most this many tasks of that name in the operation at a time. The task that has waited longest goes first. */
export function turnIn(context: OperationContext, name: string, most: number): Turn {
  const turns = turnsOf.get(context) ?? new Map<string, Turn>();
  turnsOf.set(context, turns);
  const turn = turns.get(name) ?? inTurn(most);
  turns.set(name, turn);
  return turn;
}

/**
 * Runs the tasks and returns the result or the error of each, in order. At most `most` tasks of that name run at the same time in one operation, so
 * two lists of one operation do not make twice as many calls at once.
 */
export function runBounded<T>(
  context: OperationContext,
  name: string,
  most: number,
  tasks: readonly (() => Promise<T>)[],
): Promise<(T | Error)[]> {
  const turn = turnIn(context, name, most);
  return Promise.all(
    tasks.map((task) => turn(task).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))),
  );
}

function inTurn(most: number): Turn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The turn is handed to the task that has waited longest; no other can take it in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
