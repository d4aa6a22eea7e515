/**
 * Shares the event loop between requests and streams. Each turn admits a limited amount of work; the rest waits for the next
 * turn. A small query therefore never waits behind everything that two hundred streams could send, and large requests are
 * read one per turn. A stream that waits stops its source.
 */
export interface LoopTurns {
  /** Resolves when the work may begin, in the order in which it was asked; null: at once. What is larger than a turn has one alone. */
  take(units: number): Promise<void> | null;
}

/** Some 10 ms of work, with what the pipeline does for each. */
export const streamEventsPerTurn = 50;
/** Some 10 ms of refusals: thousands may come with one reading of the sockets. */
export const requestsPerTurn = 100;
export const upgradesPerTurn = 25;
/** What a message of a WebSocket counts for at least, in bytes: the shortest takes as long as this many of a long one. */
export const leastMessageBytes = 512;
/** Some 30 ms for the worst of documents, whose 5,000 tokens fit into half of it. */
export const requestBytesPerTurn = 32 * 1024;

interface Waiting {
  readonly units: number;
  readonly begin: () => void;
}

export function loopTurns(unitsPerTurn: number): LoopTurns {
  const waiting: Waiting[] = [];
  let left = unitsPerTurn;
  let scheduled = false;

  const fits = (units: number): boolean => units <= left || left === unitsPerTurn;

  function nextTurn(): void {
    scheduled = false;
    if (left === unitsPerTurn && waiting.length === 0) return;
    left = unitsPerTurn;
    let admitted = 0;
    for (const { units, begin } of waiting) {
      if (!fits(units)) break;
      left -= units;
      admitted += 1;
      begin();
    }
    waiting.splice(0, admitted);
    schedule();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextTurn);
  }

  return {
    take(units) {
      schedule();
      if (waiting.length === 0 && fits(units)) {
        left -= units;
        return null;
      }
      return new Promise((resolve) => waiting.push({ units, begin: resolve }));
    },
  };
}
