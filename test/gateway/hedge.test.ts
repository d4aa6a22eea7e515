import { expect, it } from 'vitest';
import { plainConfig, startGateway } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { complete, eventually, ledgerOf, newKey, prompt } from './asking.ts';
import { counting, hanging, openUpstream, scriptedDeployment } from './scripted.ts';

it('a silent deployment is hedged by another: its request is closed, and both are in the bill', async () => {
  const silent = await openUpstream();
  const quick = await openUpstream();
  silent.plays(hanging());
  quick.plays(counting(10, 2, 'Hi.'));
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, silent: compatible.provider(silent.url), quick: compatible.provider(quick.url) },
    deployments: {
      ...plainConfig.deployments,
      silent: { ...scriptedDeployment, provider: 'silent' },
      quick: { ...scriptedDeployment, provider: 'quick' },
    },
    routes: { ...plainConfig.routes, default: { deployments: ['silent', 'quick'], hedge: { afterMs: 20 } } },
  });
  const { secret: key } = await newKey(gateway, { monthlyBudget: '1.00' });
  const answer = await complete(gateway, prompt('Say hi.'), { key });
  expect(answer).toMatchObject({
    text: 'Hi.',
    provenance: {
      deployment: 'quick',
      attempts: [
        { deployment: 'silent', outcome: 'CANCELLED' },
        { deployment: 'quick', outcome: 'OK' },
      ],
    },
  });
  await eventually('the silent request is closed', () => silent.requests[0]?.cut() === true, Boolean);
  const [row] = await ledgerOf(gateway, key);
  expect(row).toMatchObject({ calls: 1, failures: 0 });
  // 10 tokens in and 2 out at the one that answered, and what the other was sent.
  expect(row.usage.outputTokens).toBe(2);
  expect(row.usage.freshInputTokens).toBeGreaterThan(10);
  expect(row.usage.estimated).toBe(true);
});
