import type { Call } from '../core/call.ts';
import type { Hold } from '../core/hold.ts';
import { rowsPaidBy } from './rows.ts';

/** The payer's hold, at every draw and at every settlement: what one payer drew and another pays is drawn anew from theirs. */
export function holdOf(payer: () => Call): Hold {
  return {
    get budgeted() {
      return payer().hold.budgeted;
    },
    async draw(attempt) {
      const drawer = payer();
      const draw = await drawer.hold.draw(attempt);
      return {
        async settle(cost) {
          const now = payer();
          if (now === drawer || cost === 0) return draw.settle(cost);
          const rows = rowsPaidBy(now, attempt.rows);
          // Where the new payer's budget has no room, the one who asked first is charged: somebody must be.
          const theirs = await now.hold.draw({ callId: now.id, most: cost, rows }).catch(() => null);
          if (theirs === null) return draw.settle(cost);
          await theirs.settle(cost);
          await draw.settle(0);
        },
      };
    },
    giveBack: async () => {},
    release: async () => {},
  };
}
