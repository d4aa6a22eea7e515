/** Limits the number of objects that one execution merges, over all subgraphs. Lists inside lists multiply, and merging blocks the event loop. */
export interface ObjectBudget {
  /** Throws {@link TooManyObjects}. */
  take(count: number): void;
}

export class TooManyObjects extends Error {}

export function objectBudget(maxObjects: number): ObjectBudget {
  let left = maxObjects;
  return {
    take(count) {
      left -= count;
      if (left < 0) throw new TooManyObjects('More objects than one operation may gather.');
    },
  };
}
