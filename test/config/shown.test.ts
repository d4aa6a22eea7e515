import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { showValue } from '../../src/config/mistake-sentences.ts';
import { plainConfig } from '../plain-config.ts';

/** As a file without types would have it. */
const mistakesOf = (changes: object) => checkConfig({ ...plainConfig, ...changes } as GatewayConfig, process.cwd()).mistakes;
const extractive = plainConfig.deployments['extractive'];

describe('a value of the configuration in a mistake', () => {
  it.each<readonly [unknown, string]>([
    [5, '5'],
    ['5', '"5"'],
    ['', '""'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [undefined, 'undefined'],
    [null, 'null'],
    [5n, '5n'],
    [['a', 1], '["a",1]'],
    [{ input: 1 }, '{"input":1}'],
    [() => 5, 'a function'],
    [Symbol('x'), 'Symbol(x)'],
  ])('a value of the configuration in a mistake %o is shown as it stands', (value, text) => {
    expect(showValue(value)).toBe(text);
  });

  it('a value of the configuration in a mistake is cut when it is long, and no loop in it is followed', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(showValue(loop)).toBe('an object that cannot be shown');
    expect(showValue('x'.repeat(5_000)).length).toBeLessThan(300);
  });

  it.each<readonly [string, object]>([
    ['teams.web.monthlyBudget is 5. It must be US dollars as text', { teams: { web: { monthlyBudget: 5 } } }],
    ['teams.web.callsPerMinute is "9". It must be a whole number', { teams: { web: { callsPerMinute: '9' } } }],
    ['server.port is "80". It must be a whole number', { server: { port: '80' } }],
    ['server.origins has 5.', { server: { origins: [5] } }],
    ['server.trustedProxies has 5.', { server: { trustedProxies: [5] } }],
    ['graph.maxCostPerOperation is 5. It must be US dollars as text', { graph: { maxCostPerOperation: 5 } }],
    ['graph.pollSeconds is "5". It must be a number of seconds', { graph: { pollSeconds: '5' } }],
    [
      'deployments.extractive.weight is "3". It must be 0 or more.',
      { deployments: { ...plainConfig.deployments, extractive: { ...extractive, weight: '3' } } },
    ],
    [
      'deployments.extractive.price.input is "1". It must be US dollars per million tokens',
      { deployments: { ...plainConfig.deployments, extractive: { ...extractive, price: { input: '1', output: 1 } } } },
    ],
    ['graph.subgraphs.0.url is 5.', { graph: { subgraphs: [{ name: 'shop', url: 5 }] } }],
    ['graph.subgraphs.0.timeoutMs is "9".', { graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/', timeoutMs: '9' }] } }],
    ['storage.usageDays is "30".', { storage: { folder: null, usageDays: '30' } }],
  ])('a value of the configuration in a mistake stands in %s', (sentence, changes) => {
    expect(mistakesOf(changes).join('\n')).toContain(sentence);
  });
});
