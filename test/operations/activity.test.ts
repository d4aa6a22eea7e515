import { describe, expect, it } from 'vitest';
import type { Principal, Settlement } from '../../src/core/call/call.ts';
import type { AttemptSummary } from '../../src/core/errors.ts';
import { openActivity } from '../../src/operations/activity/activity.ts';
import { call } from '../doubles.ts';
import { context, principal } from '../graphql/fakes.ts';

const minute = 60_000;
const ended = (changes: Partial<Settlement> = {}): Settlement => ({
  usage: null,
  estimated: false,
  cost: 0,
  savedCost: 0,
  cache: 'MISS',
  attempts: [{ deployment: 'fake/one', outcome: 'OK', latencyMs: 5 }],
  deployment: 'fake/one',
  provider: 'fake',
  model: 'one',
  outcome: 'OK',
  latencyMs: 5,
  timeToFirstTokenMs: null,
  ...changes,
});
const attempt = (deployment: string, outcome: AttemptSummary['outcome'] = 'OK'): AttemptSummary => ({ deployment, outcome, latencyMs: 5 });

const search = principal({ id: 'key:ada', team: 'search' });
const ads = principal({ id: 'key:bob', team: 'ads', organisation: 'acme' });
const alone = principal({ id: 'key:eve', team: null });
const ann: Principal = principal({ id: 'key:ada:u_ann', team: 'search', user: { id: 'u_ann', name: 'ann', revokedAt: null } });

function book() {
  const clock = { ms: 1_000_000 };
  const activity = openActivity(() => clock.ms);
  const end = (who: Principal, changes: Partial<Settlement>): void =>
    activity.end(activity.begin(call({ principal: who })), ended(changes));
  return { clock, activity, end };
}

describe('the activity of the gateway', () => {
  it('the activity of the gateway has the operations and calls that run, where each waits, and none that have ended', () => {
    const { clock, activity } = book();
    const operation = { ...context(search), operation: { name: 'Shop', client: 'web', documentId: null } };
    activity.opened(operation, true);
    clock.ms += 5;
    const running = activity.begin(call({ id: 'c1', principal: search }));
    const other = activity.begin(call({ principal: search }));
    running.stage = 'model';
    running.deployment = 'fake/one';
    activity.end(other, ended());
    expect(activity.look({ team: 'search' })).toMatchObject({
      at: 1_000_005,
      operations: [{ name: 'Shop', client: 'web', principal: 'key:ada', startedAt: 1_000_000, isStream: true }],
      operationCount: 1,
      streamCount: 1,
      calls: [{ call: { id: 'c1' }, stage: 'model', deployment: 'fake/one', startedAt: 1_000_005 }],
      callCount: 1,
    });
    activity.closed(operation);
    activity.end(running, ended());
    expect(activity.look(null)).toMatchObject({ operations: [], operationCount: 0, streamCount: 0, calls: [], callCount: 0 });
  });

  it('the activity of the gateway shows each viewer his own: a team, a credential, a user, or all', () => {
    const { activity, end } = book();
    for (const who of [search, ads, alone, ann]) {
      activity.opened(context(who), false);
      end(who, { outcome: 'TIMEOUT', attempts: [attempt('fake/one', 'TIMEOUT')] });
      activity.begin(call({ principal: who }));
    }
    const seen = (viewer: Parameters<typeof activity.look>[0]): readonly number[] => {
      const { operationCount, callCount, failures } = activity.look(viewer);
      return [operationCount, callCount, failures[0]?.count ?? 0, activity.atDeployment('fake/one', viewer).failures];
    };
    expect(seen(null)).toEqual([4, 4, 4, 4]);
    expect(seen({ team: 'search' })).toEqual([2, 2, 2, 2]);
    expect(seen({ team: 'search', user: 'u_ann' })).toEqual([1, 1, 1, 1]);
    expect(seen({ principal: 'key:ada' })).toEqual([2, 2, 2, 2]);
    expect(seen({ principal: 'key:ada', user: 'u_ann' })).toEqual([1, 1, 1, 1]);
    expect(seen({ organisation: 'acme' })).toEqual([1, 1, 1, 1]);
    expect(seen({ organisation: 'ads' })).toEqual([0, 0, 0, 0]);
    expect(seen({ principal: 'key:eve' })).toEqual([1, 1, 1, 1]);
    expect(seen({ team: 'key:eve' })).toEqual([0, 0, 0, 0]);
    expect(seen({ team: 'nobody' })).toEqual([0, 0, 0, 0]);
  });

  it('the activity of the gateway counts the failures of five minutes by code and the attempts that others answered after, not cancelled calls and refusals', () => {
    const { clock, activity, end } = book();
    end(search, { outcome: 'STREAM_STALLED', attempts: [attempt('fake/one', 'STREAM_STALLED')] });
    clock.ms += 3 * minute;
    end(search, { outcome: 'TIMEOUT', attempts: [attempt('fake/one', 'TIMEOUT'), attempt('fake/two', 'TIMEOUT')] });
    end(search, { outcome: 'TIMEOUT', attempts: [attempt('fake/one', 'TIMEOUT')] });
    end(search, { attempts: [attempt('fake/one', 'MODEL_UNAVAILABLE'), attempt('fake/two')] });
    end(search, { outcome: 'CANCELLED', attempts: [attempt('fake/one', 'CANCELLED')] });
    end(search, { outcome: 'BUDGET_EXCEEDED', attempts: [attempt('fake/two', 'BUDGET_EXCEEDED')] });
    const at = clock.ms;
    expect(activity.look(null)).toMatchObject({
      failures: [
        { code: 'TIMEOUT', count: 2, lastAt: at },
        { code: 'STREAM_STALLED', count: 1, lastAt: at - 3 * minute },
        { code: 'BUDGET_EXCEEDED', count: 1 },
      ],
      fallbacks: [
        { deployment: 'fake/one', code: 'TIMEOUT', count: 1, lastAt: at },
        { deployment: 'fake/one', code: 'MODEL_UNAVAILABLE', count: 1 },
      ],
    });
    expect(activity.atDeployment('fake/one', null).failures).toBe(4);
    expect(activity.atDeployment('fake/two', null).failures).toBe(1);
    clock.ms += 3 * minute;
    expect(activity.look(null).failures.map(({ code }) => code)).toEqual(['TIMEOUT', 'BUDGET_EXCEEDED']);
    clock.ms += 3 * minute;
    expect(activity.look(null)).toMatchObject({ failures: [], fallbacks: [] });
  });

  it('the activity of the gateway knows the median time to the first token of the last fifty streams, of answers that a model gave', () => {
    const { clock, activity, end } = book();
    expect(activity.atDeployment('fake/one', null).firstTokenMs).toBeNull();
    for (let stream = 0; stream < 50; stream += 1) end(search, { timeToFirstTokenMs: 9_000 });
    for (let stream = 1; stream <= 49; stream += 1) end(search, { timeToFirstTokenMs: stream });
    expect(activity.atDeployment('fake/one', null).firstTokenMs).toBe(26);
    end(search, { timeToFirstTokenMs: 1, cache: 'HIT', attempts: [] });
    end(search, { timeToFirstTokenMs: 1, outcome: 'TIMEOUT' });
    expect(activity.atDeployment('fake/one', { team: 'search' }).firstTokenMs).toBe(26);
    expect(activity.atDeployment('fake/one', { team: 'ads' }).firstTokenMs).toBeNull();
    clock.ms += 61 * minute;
    expect(activity.atDeployment('fake/one', null).firstTokenMs).toBeNull();
  });

  it('the activity of the gateway lists the fifty oldest calls and counts all', () => {
    const { activity } = book();
    for (let index = 0; index < 60; index += 1) activity.begin(call({ id: `c${index}` }));
    const { calls, callCount } = activity.look(null);
    expect([calls.length, callCount, calls[0]?.call.id, calls.at(-1)?.call.id]).toEqual([50, 60, 'c0', 'c49']);
  });
});
