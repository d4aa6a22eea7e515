/** The limit on what one operation may cost. */
import { GatewayError } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import type { Quote } from './quote.ts';

/** Null when the operation may run. Else COST_LIMIT_EXCEEDED, which names the most expensive field, or one whose price is unknown. */
export function costRefusal({ cost, fields }: Pick<Quote, 'cost' | 'fields'>, maxCost: NanoUsd | null): GatewayError | null {
  if (maxCost === null || (cost !== null && cost <= maxCost)) return null;
  const unpriced = fields.find((field) => field.cost === null);
  if (unpriced !== undefined) {
    return new GatewayError(
      'COST_LIMIT_EXCEEDED',
      `What ${unpriced.path} costs is unknown, and an operation may cost at most ${decimalOf(maxCost)} USD. Its deployment needs a price.`,
    );
  }
  const [first] = [...fields].sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0));
  return new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `The operation can cost ${decimalOf(cost ?? 0)} USD, and ${decimalOf(maxCost)} USD is allowed. ${first?.path} costs most: ${first?.calls} calls, ${decimalOf(first?.cost ?? 0)} USD. Ask for fewer at a time.`,
  );
}
