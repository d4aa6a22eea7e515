import { describe, expect, it } from 'vitest';
import type { RouteConfig } from '../../src/config/config.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';
import { complete, ledgerOf, newKey, prompt } from './asking.ts';
import { openUpstream, saying, scriptedDeployment } from './scripted.ts';

const down: RawReply = { ...compatible.refuses('down'), headers: { 'content-type': 'text/html', 'retry-after-ms': '1' } };
const limited = (retryAfter: Readonly<Record<string, string>>): RawReply => ({
  ...compatible.refuses('rate'),
  headers: { 'content-type': 'application/json', ...retryAfter },
});

async function two(route: Partial<RouteConfig>) {
  const a = await openUpstream();
  const b = await openUpstream();
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, a: compatible.provider(a.url), b: compatible.provider(b.url) },
    deployments: { ...plainConfig.deployments, a: { ...scriptedDeployment, provider: 'a' }, b: { ...scriptedDeployment, provider: 'b' } },
    routes: { ...plainConfig.routes, default: { deployments: ['a', 'b'], ...route } },
  });
  return { gateway, a, b };
}

const tried = (answer: { readonly attempts: readonly { readonly deployment: string }[] }): string[] =>
  answer.attempts.map(({ deployment }) => deployment);

describe('there is one owner of retries', () => {
  it('all attempts of a call come out of one budget, whatever deployments they go to', async () => {
    const { gateway, a, b } = await two({ attempts: 3 });
    a.plays(down);
    b.plays(down);
    const failed = await complete(gateway, prompt('Say hi.'));
    expect(failed).toMatchObject({ __typename: 'ModelUnavailable', retryable: true });
    expect(tried(failed)).toHaveLength(3);
    expect(tried(failed).slice(0, 2)).toEqual(['a', 'b']);
    expect(a.requests.length + b.requests.length).toBe(3);
    expect(await ledgerOf(gateway)).toMatchObject([{ calls: 1, failures: 1 }]);
  });

  it('no provider repeats anything by itself: one attempt is one request', async () => {
    const { gateway, a, b } = await two({ attempts: 1 });
    a.plays(down);
    await complete(gateway, prompt('Say hi.'));
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
  });

  it('a deployment that asks for patience is not asked before, and others are in the meantime', async () => {
    const { gateway, a, b } = await two({ attempts: 3, totalMs: 20_000 });
    a.plays(limited({ 'retry-after': '3600' }));
    b.plays(down);
    const failed = await complete(gateway, prompt('Say hi.'));
    expect(tried(failed)).toEqual(['a', 'b', 'b']);
    expect(a.requests).toHaveLength(1);
  });

  it('the caller is told how long to be patient when nobody else is left', async () => {
    const { gateway, a } = await two({ deployments: ['a'], attempts: 5, totalMs: 20_000 });
    a.plays(limited({ 'retry-after': '120' }));
    const failed = await complete(gateway, prompt('Say hi.'));
    expect(failed).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(failed.retryAfterMs).toBeGreaterThan(100_000);
    expect(failed.retryAfterMs).toBeLessThanOrEqual(120_000);
    expect(a.requests).toHaveLength(1);
  });

  it('a deployment that asks for patience is not asked by the next calls either: they go to the others first', async () => {
    const { gateway, a, b } = await two({ attempts: 2 });
    a.plays(limited({ 'retry-after': '60' }));
    b.plays(saying('From b.'));
    for (let call = 0; call < 4; call += 1) {
      const { secret: key } = await newKey(gateway, { team: `team${call}` });
      expect(await complete(gateway, prompt(`Say hi ${call}.`), { key })).toMatchObject({ text: 'From b.' });
    }
    expect([a.requests.length, b.requests.length]).toEqual([1, 4]);
  });

  it('the next call, too, is told how long to be patient, and asks nobody', async () => {
    const { gateway, a, b } = await two({ attempts: 2, totalMs: 20_000 });
    a.plays({ ...down, status: 503, headers: { 'retry-after': '300' } });
    b.plays(limited({ 'retry-after': '120' }));
    await complete(gateway, prompt('Say hi.'));
    const failed = await complete(gateway, prompt('Say hi again.'));
    expect(failed).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(failed.retryAfterMs).toBeGreaterThan(100_000);
    expect(failed.retryAfterMs).toBeLessThanOrEqual(120_000);
    expect([a.requests.length, b.requests.length]).toEqual([1, 1]);
  });

  it('calls that wait for the same rest are all answered after it', async () => {
    const { gateway, a } = await two({ deployments: ['a'], attempts: 3 });
    const patience = limited({ 'retry-after-ms': '30' });
    a.plays(patience, patience, patience, saying('Patience.'));
    const first = complete(gateway, prompt('Say 1.'));
    const second = complete(gateway, prompt('Say 2.'));
    const answers = await Promise.all([first, second]);
    // Whoever came during the rest of the other is told to come back; whoever has waited is not sent away by another's rest.
    expect(answers.some(({ text }) => text === 'Patience.')).toBe(true);
    for (const answer of answers) if (answer.text !== 'Patience.') expect(answer.retryAfterMs).toBeGreaterThan(0);
  });

  it('a deployment that asks for patience is asked again when it said so', async () => {
    const { gateway, a } = await two({ deployments: ['a'], attempts: 2 });
    a.plays(limited({ 'retry-after-ms': '20' }), saying('Patience.'));
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({
      text: 'Patience.',
      provenance: {
        attempts: [
          { deployment: 'a', outcome: 'MODEL_UNAVAILABLE' },
          { deployment: 'a', outcome: 'OK' },
        ],
      },
    });
  });

  it('a refusal that no repetition mends is not repeated', async () => {
    const { gateway, a, b } = await two({ attempts: 4 });
    a.plays(compatible.refuses('bad request'));
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({ code: 'BAD_REQUEST' });
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
  });

  const asking = { output: { format: 'JSON', schema: { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] } } };
  const invalid = saying('{"age":"old"}');
  const valid = saying('{"age":42}');

  it('a repair is an attempt like any other, and is made when one is left', async () => {
    const { gateway, a, b } = await two({ attempts: 3 });
    a.plays(down);
    b.plays(invalid);
    const failed = await complete(gateway, prompt('How old?', asking));
    expect(failed).toMatchObject({ __typename: 'InvalidOutput', issues: [{ path: '/age' }] });
    expect(a.requests.length + b.requests.length).toBe(3);

    a.plays(invalid, valid);
    expect(await complete(gateway, prompt('How old again?', asking))).toMatchObject({
      object: { age: 42 },
      provenance: {
        attempts: [
          { deployment: 'a', outcome: 'OK' },
          { deployment: 'a', outcome: 'OK' },
        ],
      },
    });
  });

  it.each([1, 2, 3])('a repair that fails is tried again elsewhere only as often as %i attempts allow', async (attempts) => {
    const { gateway, a, b } = await two({ attempts });
    a.plays(invalid, down);
    b.plays(down);
    expect(await complete(gateway, prompt('How old?', asking))).toMatchObject({ __typename: 'InvalidOutput', issues: [{ path: '/age' }] });
    expect(a.requests.length + b.requests.length).toBe(attempts);
    expect(await ledgerOf(gateway)).toMatchObject([{ key: { outcome: 'INVALID_OUTPUT' }, calls: 1, failures: 1 }]);
  });

  it('no answer at all stays the model’s failure, not that of its output', async () => {
    const { gateway, a, b } = await two({ attempts: 2 });
    a.plays(down);
    b.plays(down);
    expect(await complete(gateway, prompt('How old?', asking))).toMatchObject({ __typename: 'ModelUnavailable' });
    expect([a.requests.length, b.requests.length]).toEqual([1, 1]);
  });

  it('the state of a circuit can be queried, and an open one costs no request', async () => {
    const { gateway, a } = await two({ deployments: ['a'], attempts: 5 });
    const health = async (): Promise<boolean> => {
      const { data } = await gateway.ask('{ aiRoutes { name deployments { id healthy } } }');
      return data.aiRoutes.find(({ name }: { readonly name: string }) => name === 'default').deployments[0].healthy;
    };
    expect(await health()).toBe(true);
    a.plays(down);
    await complete(gateway, prompt('Say hi.'));
    expect(a.requests).toHaveLength(5);
    expect(await health()).toBe(false);
    const refused = await complete(gateway, prompt('Say hi again.'));
    expect(refused).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(a.requests).toHaveLength(5);
  });
});
