import type { Hold } from '../../core/call/hold.ts';
import type { NanoUsd } from '../../core/money.ts';

/** The hold, and how much was drawn on it this way. */
export function countingHold(hold: Hold): { readonly hold: Hold; readonly drawn: () => NanoUsd } {
  let drawn: NanoUsd = 0;
  return {
    drawn: () => drawn,
    hold: {
      budgeted: hold.budgeted,
      async draw(attempt) {
        const draw = await hold.draw(attempt);
        drawn += attempt.most;
        return draw;
      },
      ...(hold.checkRoom === undefined ? {} : { checkRoom: (most: NanoUsd) => hold.checkRoom?.(most) ?? Promise.resolve() }),
      giveBack: (amount) => hold.giveBack(amount),
      release: () => hold.release(),
    },
  };
}
