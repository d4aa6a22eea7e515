import { expect, it } from 'vitest';
import type { Limit } from '../../src/core/call/hold.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { operationHold } from '../../src/operations/operation-hold.ts';

const budget: Limit = { kind: 'budget', name: 'team:a', per: 'month', most: 10 };

it('a hold that could not be opened has nothing to give back', async () => {
  const refused = new GatewayError('BUDGET_EXCEEDED', 'The budget is spent.', { limit: 'team:a' });
  const hold = operationHold({ hold: () => Promise.reject(refused) }, [budget]);
  await expect(hold.reserve(11)).rejects.toBe(refused);
  expect(await hold.release()).toBeUndefined();
});

it('what is beyond the most that one operation may cost is refused with every reason that it can have', async () => {
  const limits = {
    hold: async () => ({
      budgeted: false,
      draw: async () => ({ settle: async () => {} }),
      giveBack: async () => {},
      release: async () => {},
    }),
  };
  const hold = operationHold(limits, [], 10);
  await (await hold.draw({ callId: 'event-1', most: 8, rows: [] })).settle(6);
  await expect(hold.draw({ callId: 'event-2', most: 5, rows: [] })).rejects.toMatchObject({
    code: 'COST_LIMIT_EXCEEDED',
    message: expect.stringMatching(/list was longer.*asked again.*subscription/),
  });
  await expect(hold.draw({ callId: 'event-3', most: 4, rows: [] })).resolves.toBeDefined();
});
