/** Waits for the first attempt that speaks: alone, or against a second one that begins when the first has said nothing in time. */
import type { Lane } from './attempt.ts';

export interface Race {
  /** Begins another lane; null when there is none. Asked once, when nobody has spoken by then. */
  another(): Lane | null;
  /** Told of each lane that failed, and whether others still run; ends the race by throwing. */
  failed(lane: Lane, othersRun: boolean): void;
}

/** The lane that spoke first; null when all have failed. `hedgeAfterMs` null: nobody runs beside the first. */
export async function raceToSpeak(only: Lane, hedgeAfterMs: number | null, race: Race): Promise<Lane | null> {
  if (hedgeAfterMs !== null) return raceWithAnother(only, hedgeAfterMs, race);
  await only.spoken();
  if (only.failure() === null) return only;
  race.failed(only, false);
  return null;
}

async function raceWithAnother(only: Lane, hedgeAfterMs: number, race: Race): Promise<Lane | null> {
  const running = new Set([only]);
  let timer: NodeJS.Timeout | undefined;
  let late: Promise<null> | null = new Promise((resolve) => {
    timer = setTimeout(resolve, hedgeAfterMs, null);
  });
  try {
    while (running.size > 0) {
      const waits = [...running].map((lane) => lane.spoken());
      const first = await Promise.race<Lane | null>(late === null ? waits : [...waits, late]);
      if (first === null) {
        late = null;
        const other = race.another();
        if (other !== null) running.add(other);
      } else {
        if (first.failure() === null) return first;
        running.delete(first);
        race.failed(first, running.size > 0);
      }
    }
    return null;
  } finally {
    clearTimeout(timer);
  }
}
