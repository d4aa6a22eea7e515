import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Limit } from '../../src/core/hold.ts';
import { operationHold } from '../../src/graphql/operation-hold.ts';

const budget: Limit = { kind: 'budget', name: 'team:a', per: 'month', most: 10 };

it('a hold that could not be opened has nothing to give back', async () => {
  const refused = new GatewayError('BUDGET_EXCEEDED', 'The budget is spent.', { limit: 'team:a' });
  const hold = operationHold({ hold: () => Promise.reject(refused) }, [budget]);
  await expect(hold.reserve(11)).rejects.toBe(refused);
  await expect(hold.release()).resolves.toBeUndefined();
});
