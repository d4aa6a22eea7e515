/** Calls back at the end of this turn of the event loop: one immediate for all that ask. */
let waiting: (() => void)[] = [];

export function atTurnEnd(work: () => void): void {
  if (waiting.length === 0) setImmediate(endTurn);
  waiting.push(work);
}

function endTurn(): void {
  const works = waiting;
  waiting = [];
  for (const work of works) work();
}
