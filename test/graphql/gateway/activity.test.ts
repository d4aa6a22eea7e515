import { expect, it } from 'vitest';
import { openActivity } from '../../../src/operations/activity/activity.ts';
import { call } from '../../doubles.ts';
import { context, gateway, principal, says } from '../fakes.ts';

const document = `subscription { aiActivity { at operationCount streamCount callCount
  operations { name client principal startedAt isStream }
  calls { id coordinates operation client principal route deployment stage startedAt }
  failures { code count lastAt } fallbacks { deployment code count lastAt }
  deployments { id breaker openUntil recentFailures ttftP50 } } }`;

it('Subscription.aiActivity tells the whole state at once, and again when a call has moved on', async () => {
  const activity = openActivity();
  const running = activity.begin(
    call({
      id: 'c1',
      principal: principal(),
      uses: ['Product.summary', 'Product.summary'].map((coordinate) => ({ coordinate, weight: 1 })),
    }),
  );
  activity.begin(call({ id: 'theirs', principal: principal({ id: 'key:bob', team: 'ads' }) }));
  const states = await gateway(says(), { activity }).listen(document);
  expect((await states.next()).value).toMatchObject({
    data: {
      aiActivity: {
        callCount: 1,
        calls: [{ id: 'c1', coordinates: ['Product.summary'], principal: 'key:ada', deployment: null, stage: 'CHECKS' }],
        deployments: [
          { id: 'fake/one', breaker: 'CLOSED', openUntil: null, recentFailures: 0, ttftP50: null },
          { id: 'fake/vectors', breaker: 'OPEN', openUntil: expect.stringMatching(/Z$/) },
        ],
      },
    },
  });
  running.stage = 'answer';
  running.deployment = 'fake/one';
  expect((await states.next()).value).toMatchObject({ data: { aiActivity: { calls: [{ stage: 'ANSWER', deployment: 'fake/one' }] } } });
  await states.return?.();
});

it('Subscription.aiActivity makes one snapshot for all who may see the same, and another for whoever may see something else', async () => {
  const activity = openActivity();
  const looks: unknown[] = [];
  const counted = {
    ...activity,
    look: (...of: Parameters<typeof activity.look>) => {
      looks.push(of[0]);
      return activity.look(...of);
    },
  };
  activity.begin(call({ id: 'c1', principal: principal() }));
  const { listen } = gateway(says(), { activity: counted });
  const callers = [principal(), principal({ id: 'key:bob' }), principal(), principal({ id: 'key:eve', team: 'ads' })];
  const followers = await Promise.all(callers.map((caller) => listen(document, {}, context(caller))));
  const first = await Promise.all(followers.map((states) => states.next()));
  expect(first.map(({ value }) => value?.data?.aiActivity.callCount)).toEqual([1, 1, 1, 0]);
  expect(looks).toEqual([{ team: 'search' }, { team: 'ads' }]);
  for (const states of followers) await states.return?.();
});

it('Subscription.aiActivity ends with the operation, and needs ai:usage', async () => {
  const client = new AbortController();
  const { listen } = gateway(says());
  const states = await listen(document, {}, context(principal(), client.signal));
  await states.next();
  const waiting = states.next();
  client.abort();
  await expect(waiting).rejects.toThrow();
  await expect(listen(document, {}, context(principal({ scopes: ['ai:use'] })))).rejects.toMatchObject({
    extensions: { code: 'FORBIDDEN' },
  });
});

it('AiDeployment counts the failures of the own calls alone for a key without ai:usage', async () => {
  const activity = openActivity();
  const failed = (id: string): void =>
    activity.end(activity.begin(call({ principal: principal({ id }) })), {
      ...{ usage: null, estimated: false, cost: 0, savedCost: 0, cache: 'MISS', deployment: 'fake/one', provider: 'fake', model: 'one' },
      ...{ outcome: 'TIMEOUT', latencyMs: 1, timeToFirstTokenMs: null },
      attempts: [{ deployment: 'fake/one', outcome: 'TIMEOUT', latencyMs: 1 }],
    });
  failed('key:ada');
  failed('key:bob');
  const { ask } = gateway(says(), { activity });
  const failures = async (scopes: readonly string[]) =>
    (await ask('{ aiRoutes { deployments { recentFailures } } }', {}, context(principal({ scopes })))).data;
  expect(await failures(['ai:use', 'ai:usage'])).toMatchObject({ aiRoutes: [{ deployments: [{ recentFailures: 2 }] }, {}] });
  expect(await failures(['ai:use'])).toMatchObject({ aiRoutes: [{ deployments: [{ recentFailures: 1 }] }, {}] });
});
