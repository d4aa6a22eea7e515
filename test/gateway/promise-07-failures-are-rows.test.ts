import { describe, expect, it } from 'vitest';
import { plainConfig } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';
import { complete, ledgerOf, newKey, prompt } from './asking.ts';
import { hanging, saying, scripted, scriptedDeployment } from './scripted.ts';

interface Ending {
  readonly how: string;
  readonly reply: RawReply;
  readonly code: string;
  /** Whether the vendor may have worked: then the row has an estimate, else it has no tokens and no cost. */
  readonly charged: boolean;
  /** Of the route: what is not waited for long. */
  readonly limits?: { readonly firstChunkMs: number } | { readonly idleMs: number };
}

const endings: readonly Ending[] = [
  { how: 'an empty answer', reply: { pieces: [compatible.empty] }, code: 'MODEL_UNAVAILABLE', charged: true },
  { how: 'a refusal before any work', reply: compatible.refuses('down'), code: 'MODEL_UNAVAILABLE', charged: false },
  { how: 'a refused request', reply: compatible.refuses('bad request'), code: 'BAD_REQUEST', charged: false },
  {
    how: 'an error in the middle of the stream',
    reply: { pieces: [compatible.begins, compatible.says('Half of an answer'), compatible.errorEvent] },
    code: 'MODEL_UNAVAILABLE',
    charged: true,
  },
  {
    how: 'a connection that breaks',
    reply: { pieces: [compatible.begins, compatible.says('Half')], ending: 'reset' },
    code: 'MODEL_UNAVAILABLE',
    charged: true,
  },
  { how: 'a stream that stalls', reply: hanging('Half'), code: 'STREAM_STALLED', charged: true, limits: { idleMs: 60 } },
  { how: 'silence', reply: { ending: 'hang' }, code: 'STREAM_STALLED', charged: true, limits: { firstChunkMs: 60 } },
];

describe('a failed or empty generation is a ledger row with an explicit charge', () => {
  it.each(endings)(
    'a failed or empty generation is a ledger row with an explicit charge of $how',
    async ({ reply, code, charged, limits = {} }) => {
      const { gateway, upstream } = await scripted({
        routes: {
          ...plainConfig.routes,
          default: { deployments: ['scripted'], attempts: 1, ...limits },
        },
      });
      upstream.plays(reply);
      const told = await complete(gateway, prompt('Say hi.')).then(JSON.stringify, String);
      expect(told).toContain(`"code":"${code}"`);
      const rows = await ledgerOf(gateway);
      expect(rows).toMatchObject([{ key: { outcome: code }, calls: 1, failures: 1 }]);
      const [{ usage }] = rows;
      if (charged) expect(Number(usage.cost.amount)).toBeGreaterThan(0);
      else expect(usage).toMatchObject({ totalTokens: 0, cost: { amount: '0' }, estimated: false });
    },
  );

  it('a failed or empty generation is a ledger row with an explicit charge of an answer that does not fit its schema, with both attempts that it cost', async () => {
    const { gateway, upstream } = await scripted({
      deployments: { ...plainConfig.deployments, scripted: { ...scriptedDeployment, capabilities: ['completion', 'json'] } },
      routes: { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 2 } },
    });
    upstream.plays(saying('{"n": "one"}'));
    const output = { format: 'JSON', schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } };
    const failed = await complete(gateway, prompt('A number as JSON.', { output }));
    expect(failed).toMatchObject({ __typename: 'InvalidOutput', issues: [{ path: '/n' }] });
    expect(upstream.requests).toHaveLength(2);
    expect(await ledgerOf(gateway)).toMatchObject([
      {
        key: { outcome: 'INVALID_OUTPUT' },
        calls: 1,
        failures: 1,
        usage: { totalTokens: 24, cost: { amount: '0.000028' }, estimated: false },
      },
    ]);
  });

  it('a failed or empty generation is a ledger row with an explicit charge of a call that a budget refused, at no cost', async () => {
    const { gateway } = await scripted();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.000001' });
    await complete(gateway, prompt('Say hi.'), { key });
    expect(await ledgerOf(gateway, key)).toMatchObject([
      { key: { outcome: 'BUDGET_EXCEEDED' }, calls: 1, failures: 1, usage: { totalTokens: 0, cost: { amount: '0' } } },
    ]);
  });
});
