/**
 * Limits of a field, beside those of whoever asks: a budget a day for `Product.summary`, say. A call draws on the budgets of all fields that
 * it serves, and each bears its share of the cost, as its row in the ledger says.
 */
import type { Principal, Use } from '../../core/call/call.ts';
import type { Draw, FieldShare, Hold, Limit } from '../../core/call/hold.ts';
import { type NanoUsd, shares } from '../../core/money.ts';

/** The same list each time for the same field and principal; null: the field has no limits. */
export type LimitsOfField = (coordinate: string, principal: Principal) => readonly Limit[] | null;

/** Of all fields of the call; null: they have none. The same list each time where one field alone has some. */
export function limitsOfUses(uses: readonly Use[], principal: Principal, limitsOf: LimitsOfField): readonly Limit[] | null {
  const [only] = uses;
  if (only !== undefined && uses.length === 1) return limitsOf(only.coordinate, principal);
  const coordinates = new Set(uses.map(({ coordinate }) => coordinate));
  const [first, ...others] = [...coordinates].flatMap((coordinate) => {
    const limits = limitsOf(coordinate, principal);
    return limits === null ? [] : [limits];
  });
  if (first === undefined) return null;
  return others.length === 0 ? first : [first, ...others].flat();
}

/** The hold, whose draws are on the budgets of the fields, too. `uses` may grow by uses of the same fields while the call lasts. */
export function holdOfFields(hold: Hold, uses: readonly Use[], principal: Principal, limitsOf: LimitsOfField): Hold {
  /** What the attempts of the call have cost that have ended: the ledger shares out their sum. */
  let ended: NanoUsd = 0;
  const fields = (): readonly FieldShare[] =>
    [...new Set(uses.map(({ coordinate }) => coordinate))].flatMap((coordinate) => {
      const limits = limitsOf(coordinate, principal);
      if (limits === null) return [];
      return [{ limits, shareOf: (cost) => shareOf(coordinate, uses, ended + cost) - shareOf(coordinate, uses, ended) }];
    });
  const budgeted = fields().some(({ limits }) => limits.some(({ kind }) => kind === 'budget'));
  return {
    budgeted: hold.budgeted || budgeted,
    async draw(attempt) {
      const draw = await hold.draw({ ...attempt, fields: fields() });
      return onFirstSettle(draw, (cost) => {
        ended += cost;
      });
    },
    ...(hold.checkRoom === undefined ? {} : { checkRoom: (least) => hold.checkRoom?.(least) ?? Promise.resolve() }),
    giveBack: (amount) => hold.giveBack(amount),
    release: () => hold.release(),
  };
}

/** `settled`: called after the settlement, once. */
function onFirstSettle(draw: Draw, settled: (cost: NanoUsd) => void): Draw {
  let isDone = false;
  return {
    ...draw,
    settle(cost) {
      const settling = draw.settle(cost);
      if (!isDone) settled(cost);
      isDone = true;
      return settling;
    },
  };
}

function shareOf(coordinate: string, uses: readonly Use[], cost: NanoUsd): NanoUsd {
  if (uses.length === 1) return cost;
  const parts = shares(
    cost,
    uses.map(({ weight }) => weight),
  );
  return uses.reduce((sum, use, index) => (use.coordinate === coordinate ? sum + (parts[index] ?? 0) : sum), 0);
}
