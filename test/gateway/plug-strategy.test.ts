/** `routes.<route>.strategy` is a name, or a function of the operator's. */
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { flatPrice } from '../../src/core/money.ts';
import type { Strategy } from '../../src/routing/route.ts';
import { strategies } from '../../src/routing/strategies.ts';
import { openLog } from '../../src/telemetry/log.ts';
import { says } from '../doubles.ts';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';

const deployment = (provider: string) => ({ provider, model: 'm', price: flatPrice({ input: 1, output: 1 }) });

function configWith(strategy: unknown): Partial<GatewayConfig> {
  return {
    providers: { ...plainConfig.providers, first: says('from the first'), second: says('from the second') },
    deployments: { ...plainConfig.deployments, first: deployment('first'), second: deployment('second') },
    routes: { ...plainConfig.routes, default: { deployments: ['first', 'second'], strategy: strategy as Strategy } },
  };
}

async function withStrategy(strategy: Strategy): Promise<{ readonly gateway: TestGateway; readonly logged: readonly string[] }> {
  const logged: string[] = [];
  const log = openLog({ destination: { write: (line) => void logged.push(line) } });
  return { gateway: await startGateway(configWith(strategy), { log }), logged };
}

async function answerOf({ ask }: TestGateway, text: string): Promise<string> {
  const { data } = await ask('query ($text: String!) { completion(input: { prompt: { text: $text } }) { ... on Completion { text } } }', {
    text,
  });
  return data.completion.text;
}

describe('a strategy that is a function', () => {
  it('a strategy that is a function orders the deployments of each call, by the request and by their health', async () => {
    const asked: string[] = [];
    const { gateway } = await withStrategy((deployments, request, health) => {
      asked.push(...deployments.map((one) => `${one.id} ${health(one).circuit}`));
      return request.kind === 'completion' && JSON.stringify(request.messages).includes('backwards')
        ? deployments.toReversed()
        : deployments;
    });
    expect(await answerOf(gateway, 'backwards')).toBe('from the second');
    expect(await answerOf(gateway, 'forwards')).toBe('from the first');
    expect(asked.slice(0, 2)).toEqual(['first closed', 'second closed']);
  });

  it('a strategy that is a function may leave deployments out', async () => {
    const { gateway } = await withStrategy((deployments) => deployments.slice(1));
    expect(await answerOf(gateway, 'Hi.')).toBe('from the second');
  });

  it('a strategy that is a function may sort the list that it is given: the next call is given the configured order again', async () => {
    const { gateway } = await withStrategy((deployments) => (deployments as unknown[]).reverse() as typeof deployments);
    expect([await answerOf(gateway, 'One.'), await answerOf(gateway, 'Two.')]).toEqual(['from the second', 'from the second']);
  });

  const faults: readonly (readonly [string, unknown, string])[] = [
    [
      'throws',
      () => {
        throw new Error('no order today');
      },
      'it threw',
    ],
    ['returns no list', () => 'first', 'it did not return a list of deployments'],
    ['is asynchronous and rejects', () => Promise.reject(new Error('later')), 'it did not return a list of deployments'],
    ['returns an empty list', () => [], 'it returned no deployment'],
    ['makes up a deployment', () => [{ id: 'third' }], 'it returned a deployment that it was not given'],
  ];

  it.each(faults)(
    'a strategy that is a function that %s costs no call: the deployments are tried as configured, and the log says so once',
    async (_, strategy, what) => {
      const { gateway, logged } = await withStrategy(strategy as Strategy);
      expect(await answerOf(gateway, 'One.')).toBe('from the first');
      expect(await answerOf(gateway, 'Two.')).toBe('from the first');
      const told = logged.filter((line) => line.includes(`"a strategy was not followed: ${what}"`));
      expect(told).toEqual([expect.stringContaining('"route":"default"')]);
    },
  );

  it.each(['quickest', 7, {}])('a strategy that is a function is asked for by `fieldgate check` when the setting is %j', (strategy) => {
    expect(checkConfig({ ...plainConfig, ...configWith(strategy) }, process.cwd()).mistakes).toEqual([
      `routes.default.strategy is ${JSON.stringify(strategy)}. Strategies: ${Object.keys(strategies).join(', ')}, or a function from deployments, request and health to the deployments in order.`,
    ]);
  });
});
