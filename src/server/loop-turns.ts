/**
 * Shares the event loop between requests and streams. Each turn admits a limited amount of work; the rest waits for the next
 * turn. A small query therefore never waits behind everything that two hundred streams could send, and large requests are
 * read one per turn. What is small has a line of its own: it does not wait behind what is large. A stream that waits stops its source.
 */
export interface LoopTurns {
  /**
   * Resolves when the work may begin; null: at once. Work of up to an eighth of a turn goes in the order in which it was asked, and so does
   * what is larger, beside it. What is larger than a turn is the only large work of one.
   */
  take(units: number): Promise<void> | null;
}

/** Some 10 ms of work, with what the pipeline does for each. */
export const streamEventsPerTurn = 50;
/** Some 10 ms of refusals: thousands may come with one reading of the sockets. */
export const requestsPerTurn = 100;
/** Some 2 ms, beside those: requests that came before earlier ones of their connection were answered. */
export const pipelinedPerTurn = 20;
/** Some 3 ms: each upgrade makes a socket, its timers and its place. */
export const upgradesPerTurn = 4;
/** What a message of a WebSocket counts for at least, in bytes: the shortest takes as long as this many of a long one. */
export const minMessageBytes = 512;
/** Some 30 ms for the worst of documents, whose 5,000 tokens fit into half of it. */
export const requestBytesPerTurn = 32 * 1024;

interface Waiting {
  readonly units: number;
  readonly begin: () => void;
}

interface Line {
  readonly waiting: Waiting[];
  left: number;
}

export function loopTurns(unitsPerTurn: number): LoopTurns {
  const newLine = (): Line => ({ waiting: [], left: unitsPerTurn });
  const small = newLine();
  const large = newLine();
  const lines = [small, large];
  let scheduled = false;

  const fits = ({ left }: Line, units: number): boolean => units <= left || left === unitsPerTurn;

  function nextTurn(): void {
    scheduled = false;
    if (lines.every(({ left, waiting }) => left === unitsPerTurn && waiting.length === 0)) return;
    for (const line of lines) admit(line);
    schedule();
  }

  function admit(line: Line): void {
    line.left = unitsPerTurn;
    let admitted = 0;
    for (const { units, begin } of line.waiting) {
      if (!fits(line, units)) break;
      line.left -= units;
      admitted += 1;
      begin();
    }
    line.waiting.splice(0, admitted);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextTurn);
  }

  return {
    take(units) {
      schedule();
      const line = units <= unitsPerTurn / 8 ? small : large;
      if (line.waiting.length === 0 && fits(line, units)) {
        line.left -= units;
        return null;
      }
      return new Promise((resolve) => line.waiting.push({ units, begin: resolve }));
    },
  };
}
