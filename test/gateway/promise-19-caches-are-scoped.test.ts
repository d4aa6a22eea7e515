import { describe, expect, it } from 'vitest';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { plainConfig } from '../harness.ts';
import { complete, ledgerOf, newKey, prompt } from './asking.ts';
import { saying, scripted } from './scripted.ts';

const cachedRoutes = { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 3600 } };
const input = prompt('What is the secret of our team?');

async function asked() {
  const parts = await scripted({ routes: cachedRoutes });
  parts.upstream.plays(saying('First'), saying('Second'), saying('Third'));
  return parts;
}

describe('a cache key carries tenant and permissions', () => {
  it('a cache key carries tenant and permissions so that two keys of one team share an answer, and two teams never do', async () => {
    const { gateway } = await asked();
    const [a, b, other] = await Promise.all([newKey(gateway, {}), newKey(gateway, {}), newKey(gateway, { team: 'sales' })]);
    expect(await complete(gateway, input, { key: a?.secret ?? '' })).toMatchObject({ text: 'First', provenance: { cache: 'MISS' } });
    expect(await complete(gateway, input, { key: b?.secret ?? '' })).toMatchObject({
      text: 'First',
      provenance: { cache: 'HIT' },
      usage: { cost: { amount: '0' } },
    });
    expect(await complete(gateway, input, { key: other?.secret ?? '' })).toMatchObject({ text: 'Second', provenance: { cache: 'MISS' } });
    expect(await ledgerOf(gateway, a?.secret ?? '', ['CACHE'])).toMatchObject([
      { key: { cache: 'HIT' }, calls: 1, savedCost: { amount: '0.000014' }, usage: { cost: { amount: '0' } } },
      { key: { cache: 'MISS' }, calls: 1, usage: { cost: { amount: '0.000014' } } },
    ]);
  });

  it('a cache key carries tenant and permissions so that keys of one team with other scopes, or other routes, do not share', async () => {
    const { gateway } = await asked();
    const usual = await newKey(gateway, {});
    const scoped = await newKey(gateway, { scopes: ['ai:use', 'ai:usage', 'ai:ingest'] });
    const confined = await newKey(gateway, { routes: ['default'] });
    const texts: string[] = [];
    for (const { secret } of [usual, scoped, confined]) texts.push((await complete(gateway, input, { key: secret })).text);
    expect(texts).toEqual(['First', 'Second', 'Third']);
  });

  it('a cache key carries tenant and permissions, and a hit is judged by the guards of today', async () => {
    let forbidden: string | null = null;
    const guardrail: Guardrail = {
      name: 'rules of the day',
      on: ['output'],
      window: 'whole',
      check: (text) => (forbidden !== null && text.includes(forbidden) ? { action: 'block', message: 'Not today.' } : { action: 'allow' }),
    };
    const { gateway, upstream } = await scripted({ routes: cachedRoutes, guardrails: [{ guardrail, routes: '*' }] });
    upstream.plays(saying('The answer.'));
    expect((await complete(gateway, input)).text).toBe('The answer.');
    expect(await complete(gateway, input)).toMatchObject({ provenance: { cache: 'HIT' } });
    forbidden = 'answer';
    expect(await complete(gateway, input)).toMatchObject({ __typename: 'GuardrailBlocked', message: 'Not today.' });
    expect(upstream.requests).toHaveLength(1);
  });
});
