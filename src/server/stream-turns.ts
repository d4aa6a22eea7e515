/**
 * Streams share the event loop with everybody else. In one turn of it they send so many events together, and those that
 * have more wait in line for the next turn: a small query is never behind what two hundred streams could send at once. A
 * stream that waits stops its source.
 */
export interface StreamTurns {
  /** Counts an event that was sent; resolves when the stream may send its next. Null: at once. */
  sent(): Promise<void> | null;
}

/** Some 10 ms of work, with what the pipeline does for each. */
const defaultEventsPerTurn = 50;

export function streamTurns(eventsPerTurn = defaultEventsPerTurn): StreamTurns {
  const waiting: (() => void)[] = [];
  let left = eventsPerTurn;
  let scheduled = false;

  function nextTurn(): void {
    scheduled = false;
    const admitted = waiting.splice(0, eventsPerTurn);
    left = eventsPerTurn - admitted.length;
    if (admitted.length > 0) schedule();
    for (const admit of admitted) admit();
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(nextTurn);
  }

  return {
    sent() {
      schedule();
      if (left > 0 && waiting.length === 0) {
        left -= 1;
        return null;
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
