import { describe, expect, it } from 'vitest';
import { newGate } from '../raw-upstream.ts';
import { budgetOf, complete, eventually, newKey, prompt, stream, until } from './asking.ts';
import { scripted, waiting } from './scripted.ts';

/** 1,000 nano-dollars an input token and 2,000 an output token: what no estimate of a short question can reach. */
const inputAllowance = 30_000;

describe('reservations are bounded, and shown apart from what is spent', () => {
  it('a reservation holds the ceiling of a call while it runs, and books what it cost when it is over', async () => {
    const { gateway, upstream } = await scripted();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    const gate = newGate();
    upstream.plays(waiting(gate, 'Hi', ' there'));

    const events = stream(gateway, prompt('Say hi.', { maxOutputTokens: 50 }), { key });
    await until(events, 'TextDelta');
    const during = await budgetOf(gateway, key);
    expect(during.spent).toBe(0);
    expect(during.held).toBeGreaterThan(50 * 2_000);
    expect(during.held).toBeLessThan(50 * 2_000 + inputAllowance);

    gate.open();
    await until(events, 'CompletionFinished');
    const after = await eventually(
      'the hold is given back',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    expect(after.spent).toBe(10 * 1_000 + 2 * 2_000);
  });

  it('a reservation bounds the answer by the deployment where the caller does not: that maximum is what is sent', async () => {
    const { gateway, upstream } = await scripted();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    const gate = newGate();
    upstream.plays(waiting(gate, 'Hi'));
    const events = stream(gateway, prompt('Say hi.'), { key });
    await until(events, 'TextDelta');
    const { held } = await budgetOf(gateway, key);
    expect(upstream.requests[0]?.json()).toMatchObject({ max_tokens: 100 });
    expect(held).toBeGreaterThan(100 * 2_000);
    expect(held).toBeLessThan(100 * 2_000 + inputAllowance);
    gate.open();
    await until(events, 'CompletionFinished');
  });

  it('a reservation refuses before anything is sent when the ceiling does not fit, however cheap the answer would be', async () => {
    const { gateway, upstream } = await scripted();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.0001' });
    const refused = await complete(gateway, prompt('Say hi.'), { key });
    expect(refused).toMatchObject({
      __typename: 'BudgetExceeded',
      code: 'BUDGET_EXCEEDED',
      budget: { limit: { amount: '0.0001' }, held: { amount: '0' } },
    });
    expect(refused.message).toMatch(/maxOutputTokens may fit/);
    expect(upstream.requests).toHaveLength(0);
  });
});
