import { describe, expect, it } from 'vitest';
import { compatible } from '../providers/dialects.ts';
import { readAll } from '../server/http-client.ts';
import { complete, ledgerOf, prompt, stream, until } from './asking.ts';
import { hanging, saying, scripted } from './scripted.ts';

describe('streams are metered like everything else', () => {
  it('a metered stream asks the provider to count, for streams and whole answers alike', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    await complete(gateway, prompt('Say hi.'));
    await readAll(stream(gateway, prompt('Say hi again.')));
    expect(upstream.requests.map((request) => request.json())).toMatchObject([
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, stream_options: { include_usage: true } },
    ]);
    expect(await ledgerOf(gateway, undefined, ['COORDINATE'])).toMatchObject([
      { key: { coordinate: 'Query.completion' }, usage: { totalTokens: 12, cost: { amount: '0.000014' }, estimated: false } },
      { key: { coordinate: 'Subscription.completionStream' }, usage: { totalTokens: 12, cost: { amount: '0.000014' }, estimated: false } },
    ]);
  });

  it('a metered stream estimates where a stream was cut before the count came, and says so', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays({ pieces: [compatible.begins, compatible.says('A dozen words came, and then the line broke off.')], ending: 'reset' });
    const failed = (await readAll(stream(gateway, prompt('Say hi.')))).at(-1);
    expect(failed).toMatchObject({
      __typename: 'CompletionFailed',
      failure: { code: 'MODEL_UNAVAILABLE' },
      completion: { usage: { estimated: true } },
    });
    const [row] = await ledgerOf(gateway);
    expect(row).toMatchObject({ key: { outcome: 'MODEL_UNAVAILABLE' }, calls: 1, usage: { estimated: true } });
    expect(row.usage.freshInputTokens).toBeGreaterThan(0);
    expect(row.usage.outputTokens).toBeGreaterThan(5);
    expect(Number(row.usage.cost.amount)).toBeGreaterThan(0);
  });

  it('a metered stream estimates what a cancelled stream had said, and says so', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging('Some words that were said before it was cancelled.'));
    const events = stream(gateway, prompt('Say hi.'));
    const { completionId } = await until(events, 'TextDelta');
    const { data } = await gateway.ask('mutation ($id: ID!) { cancelCompletion(id: $id) { status usage { estimated outputTokens } } }', {
      id: completionId,
    });
    expect(data.cancelCompletion).toMatchObject({ status: 'CANCELLED', usage: { estimated: true } });
    expect(data.cancelCompletion.usage.outputTokens).toBeGreaterThan(5);
    expect(await until(events, 'CompletionFailed')).toMatchObject({ failure: { code: 'CANCELLED' } });
    expect(await ledgerOf(gateway)).toMatchObject([{ key: { outcome: 'CANCELLED' }, calls: 1, usage: { estimated: true } }]);
  });
});
