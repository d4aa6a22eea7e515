import { GatewayError } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import type { Quote } from './quote.ts';

/** COST_LIMIT_EXCEEDED, naming the field that costs most, for an operation that could cost more than one may; null: it may run. */
export function costRefusal({ cost, fields }: Pick<Quote, 'cost' | 'fields'>, most: NanoUsd | null): GatewayError | null {
  if (most === null || (cost !== null && cost <= most)) return null;
  const unpriced = fields.find((field) => field.cost === null);
  if (unpriced !== undefined) {
    return new GatewayError(
      'COST_LIMIT_EXCEEDED',
      `What ${unpriced.path} costs is unknown, and an operation may cost at most ${decimalOf(most)} USD. Its deployment needs a price.`,
    );
  }
  const [dearest] = [...fields].sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0));
  return new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `The operation can cost ${decimalOf(cost ?? 0)} USD, and ${decimalOf(most)} USD is allowed. ${dearest?.path} costs most: ${dearest?.calls} calls, ${decimalOf(dearest?.cost ?? 0)} USD. Ask for fewer at a time.`,
  );
}
