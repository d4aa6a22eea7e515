/** Promise 38: what a budget cannot pay is refused before anything is done for it. */
import { describe, expect, it } from 'vitest';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { budgetOf, complete, eventually, newKey, prompt } from './asking.ts';
import { counting, scripted, scriptedDeployment } from './scripted.ts';

/** A guardrail that counts how often it is asked. */
function paidGuardrail() {
  const asked: string[] = [];
  const guardrail: Guardrail = {
    name: 'paid',
    on: ['input'],
    window: 'whole',
    check(text) {
      asked.push(text);
      return { action: 'allow' };
    },
  };
  return { guardrail, asked };
}

describe('a call on a spent budget', () => {
  const rich = { teams: { search: { monthlyBudget: '0.0004' } }, maskPersonalData: '*' } as const;

  it('a call on a spent budget asks no guardrail and no model', async () => {
    const { guardrail, asked } = paidGuardrail();
    const { gateway, upstream } = await scripted({ ...rich, guardrails: [{ guardrail, routes: '*' }] });
    upstream.plays(counting(10, 150));
    const { secret: key } = await newKey(gateway, {});
    expect(await complete(gateway, prompt('One.', { maxOutputTokens: 150 }), { key })).toMatchObject({ __typename: 'Completion' });
    await eventually(
      'nothing is held',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    expect(await complete(gateway, prompt('Two.', { maxOutputTokens: 150 }), { key })).toMatchObject({ __typename: 'BudgetExceeded' });
    expect(asked).toHaveLength(1);
    expect(upstream.requests).toHaveLength(1);
  });

  it('a call on a spent budget still has the answers that are kept', async () => {
    const { gateway, upstream } = await scripted({
      ...rich,
      deployments: { scripted: scriptedDeployment },
      routes: { default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 60 } },
      collections: {},
    });
    upstream.plays(counting(10, 150));
    const { secret: key } = await newKey(gateway, {});
    const input = prompt('Write to ann@x.io.', { maxOutputTokens: 150 });
    expect(await complete(gateway, input, { key })).toMatchObject({ __typename: 'Completion', provenance: { cache: 'MISS' } });
    await eventually(
      'nothing is held',
      () => budgetOf(gateway, key),
      ({ held }) => held === 0,
    );
    expect(await complete(gateway, input, { key })).toMatchObject({ __typename: 'Completion', provenance: { cache: 'HIT' } });
    expect(await complete(gateway, prompt('Another.', { maxOutputTokens: 150 }), { key })).toMatchObject({ __typename: 'BudgetExceeded' });
    expect(upstream.requests).toHaveLength(1);
  });
});
