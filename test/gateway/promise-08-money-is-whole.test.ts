import { describe, expect, it } from 'vitest';
import { decimalOf } from '../../src/core/money.ts';
import { plainConfig } from '../harness.ts';
import { budgetOf, complete, ledgerOf, newKey, prompt } from './asking.ts';
import { counting, scripted, scriptedDeployment } from './scripted.ts';

/** 0.07 dollars per million tokens are 70 nano-dollars a token: as floats, 0.07 x 3 is 0.21000000000000002. */
const price = { input: 0.07, output: 0.1 };
const deployments = { ...plainConfig.deployments, scripted: { ...scriptedDeployment, price } };

describe('money is a whole number of nano-dollars', () => {
  it('money is a whole number of nano-dollars in every place that shows it, to the last digit', async () => {
    const { gateway, upstream } = await scripted({ deployments });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.1' });
    upstream.plays(counting(3, 7));
    const costs: string[] = [];
    for (let call = 0; call < 11; call += 1) costs.push((await complete(gateway, prompt(`Question ${call}`), { key })).usage.cost.amount);
    const each = 3 * 70 + 7 * 100;
    expect(costs).toEqual(Array(11).fill(decimalOf(each)));
    expect((await budgetOf(gateway, key)).spent).toBe(11 * each);
    expect(await ledgerOf(gateway, key)).toMatchObject([{ calls: 11, usage: { cost: { amount: decimalOf(11 * each) } } }]);
  });

  it('money is a whole number of nano-dollars, rounded once per call where a token costs less than a nano-dollar, and never written with an exponent', async () => {
    const { gateway, upstream } = await scripted({
      deployments: { ...deployments, scripted: { ...scriptedDeployment, price: { input: 0.0004, output: 0 } } },
    });
    upstream.plays(counting(1, 1), counting(2, 1));
    const first = await complete(gateway, prompt('One'));
    const second = await complete(gateway, prompt('Two'));
    expect([first.usage.cost.amount, second.usage.cost.amount]).toEqual(['0', '0.000000001']);
    expect(await ledgerOf(gateway)).toMatchObject([{ usage: { cost: { amount: '0.000000001' } } }]);
  });

  it('money is a whole number of nano-dollars, also in the store: no column of money holds a fraction', async () => {
    const { gateway, upstream } = await scripted({ deployments });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.1' });
    upstream.plays(counting(3, 7));
    await complete(gateway, prompt('Say hi.'), { key });
    await gateway.storage.ledger.flush();
    const kinds = await gateway.storage.database.all(
      'select typeof(cost) as kind from usage_rows union select typeof(cost) from usage_quarters union select typeof(cost) from usage_eighths union select typeof(cost) from usage_days union select typeof(spent) from accounts union select typeof(held) from accounts',
    );
    expect(kinds).toEqual([{ kind: 'integer' }]);
  });

  it('money is a whole number of nano-dollars, and what is no such number is refused as a budget, with what would be accepted', async () => {
    const { gateway } = await scripted();
    await expect(newKey(gateway, { monthlyBudget: '1e-3' })).rejects.toThrow(/monthlyBudget|Decimal/);
    await expect(newKey(gateway, { monthlyBudget: '0.1234567891' })).rejects.toThrow(/nine|9/);
  });
});
