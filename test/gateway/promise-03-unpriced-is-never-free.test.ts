import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { DeploymentConfig } from '../../src/config/config.ts';
import { plainConfig } from '../harness.ts';
import { complete, ledgerOf, newKey, prompt } from './asking.ts';
import { openUpstream, saying, scripted, scriptedConfig, scriptedDeployment } from './scripted.ts';

const { price: _, ...unpriced }: DeploymentConfig = scriptedDeployment;
const deployments = { ...plainConfig.deployments, scripted: unpriced };

describe('an unpriced model is never free', () => {
  it('an unpriced model costs an unknown amount, and the ledger says unknown, not 0', async () => {
    const { gateway, upstream } = await scripted({ deployments });
    upstream.plays(saying('Hi'));
    const answer = await complete(gateway, prompt('Say hi.'));
    expect(answer).toMatchObject({ __typename: 'Completion', usage: { cost: null, totalTokens: 12 } });
    expect(await ledgerOf(gateway)).toMatchObject([{ calls: 1, usage: { cost: null, totalTokens: 12 } }]);
  });

  it('an unpriced model is refused to a caller who has a budget, and nothing is sent', async () => {
    const { gateway, upstream } = await scripted({ deployments });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '100' });
    const refused = await complete(gateway, prompt('Say hi.'), { key });
    expect(refused).toMatchObject({ code: 'UNPRICED', retryable: false });
    expect(refused.message).toMatch(/"scripted".*price/);
    expect(upstream.requests).toHaveLength(0);
  });

  it('an unpriced model is passed over for a deployment that has a price', async () => {
    const { gateway, upstream } = await scripted({
      deployments: { ...deployments, priced: scriptedDeployment },
      routes: { ...plainConfig.routes, default: { deployments: ['scripted', 'priced'] } },
    });
    upstream.plays(saying('Hi'));
    const { secret: key } = await newKey(gateway, { monthlyBudget: '100' });
    expect(await complete(gateway, prompt('Say hi.'), { key })).toMatchObject({ provenance: { deployment: 'priced' } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('an unpriced model is named at the start', async () => {
    const upstream = await openUpstream();
    const { mistakes, warnings } = checkConfig({ ...plainConfig, ...scriptedConfig(upstream), deployments }, process.cwd());
    expect(mistakes).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^deployments\.scripted has no known price/)]);
  });
});
