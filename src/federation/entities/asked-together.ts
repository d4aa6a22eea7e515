/**
 * Batches entities that fields of one operation request in the same turn: ten products, each with its similar products, are
 * one request to their subgraph. Operations never share a request, because each has its own caller.
 */
import DataLoader from 'dataloader';
import type { EntityRef } from '../../core/chunk.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import type { IndexedType } from './entity-resolvers.ts';

/** Maximum number of entities in one request. */
const most = 1_000;

/** Returns one answer per reference, in order. */
type Ask<Seen> = (wanted: IndexedType, refs: readonly EntityRef[], context: unknown, signal: AbortSignal) => Promise<readonly Seen[]>;

interface Waiting<Seen> {
  readonly signal: AbortSignal;
  readonly loader: DataLoader<EntityRef, Seen>;
}

export function collectTogether<Seen>(ask: Ask<Seen>): Ask<Seen> {
  const ofOperations = new WeakMap<object, Map<string, Waiting<Seen>>>();
  return async (wanted, refs, context, signal) => {
    if (typeof context !== 'object' || context === null) return ask(wanted, refs, context, signal);
    const ofOperation = ofOperations.get(context) ?? new Map<string, Waiting<Seen>>();
    ofOperations.set(context, ofOperation);
    const name = canonicalJson(wanted);
    let waiting = ofOperation.get(name);
    if (waiting?.signal !== signal) {
      const load = (asked: readonly EntityRef[]) => once(asked, (distinct) => ask(wanted, distinct, context, signal));
      const loader = new DataLoader<EntityRef, Seen>(load, { cache: false, maxBatchSize: most, batchScheduleFn: setImmediate });
      waiting = { signal, loader };
      ofOperation.set(name, waiting);
    }
    const { loader } = waiting;
    return Promise.all(refs.map((ref) => loader.load(ref)));
  };
}

/** Requests each distinct reference once and gives its answer to all who asked. */
async function once<T>(refs: readonly EntityRef[], ask: (distinct: readonly EntityRef[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  const places = new Map<string, number>();
  const distinct: EntityRef[] = [];
  const at = refs.map((ref) => {
    const name = canonicalJson(ref.key);
    const place = places.get(name) ?? distinct.push(ref) - 1;
    places.set(name, place);
    return place;
  });
  const answers = await ask(distinct);
  return at.map((place) => answers[place] as T);
}
