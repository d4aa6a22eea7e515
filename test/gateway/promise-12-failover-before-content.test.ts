import { describe, expect, it } from 'vitest';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { type RawReply, rawUpstream } from '../raw-upstream.ts';
import { ask, deploymentAt, eventsOver, overSse, saying, textOf, underLimit } from './streams.ts';

describe('failover happens until the first content event; never silently after it', () => {
  /** Each time with a gateway of its own: a deployment that has failed often is left alone for a while. */
  const answered = async (reply: RawReply, limits: object = {}) => {
    const [first, second] = await Promise.all([rawUpstream(), rawUpstream()]);
    whenOver(() => Promise.all([first.close(), second.close()]).then(() => {}));
    const gateway = await startGateway({
      providers: { ...plainConfig.providers, a: compatible.provider(first.url), b: compatible.provider(second.url) },
      deployments: { ...plainConfig.deployments, a: deploymentAt('a'), b: deploymentAt('b') },
      routes: { ...plainConfig.routes, default: { deployments: ['a', 'b'], attempts: 2, ...limits } },
    });
    first.plays(reply);
    second.plays(saying('From', ' the second.'));
    const events = await eventsOver(overSse(gateway, { variables: ask('Say it.') }));
    return { events, last: events.at(-1), firstWasAsked: first.requests.length > 0, secondWasAsked: second.requests.length > 0 };
  };

  /** What is silent is left at a limit, which the second must keep too: one in which both were asked and somebody spoke. */
  const answeredInTime = (reply: RawReply) =>
    reply.ending !== 'hang'
      ? answered(reply)
      : underLimit(250, async (ms) => {
          const found = await answered(reply, { firstChunkMs: ms, idleMs: ms });
          return found.firstWasAsked && textOf(found.events) !== '' ? found : null;
        });

  it.each<readonly [string, RawReply]>([
    ['refuses', compatible.refuses('overloaded')],
    ['tells of an error after its headers', { pieces: [compatible.begins, compatible.errorEvent] }],
    ['breaks before it says a word', { pieces: [compatible.begins], ending: 'reset' }],
    ['says nothing in time', { pieces: [compatible.begins], ending: 'hang' }],
    ['answers OK and empty', { pieces: [compatible.empty] }],
  ])('the second answers where the first %s', async (_, reply) => {
    const { events, last } = await answeredInTime(reply);
    expect(textOf(events)).toBe('From the second.');
    expect(last.completion).toMatchObject({ status: 'COMPLETED', text: 'From the second.' });
    expect(last.completion.provenance.attempts).toMatchObject([
      { deployment: 'a', outcome: expect.not.stringMatching('OK') },
      { deployment: 'b', outcome: 'OK' },
    ]);
  });

  it.each<readonly [string, RawReply]>([
    ['tells of an error', { pieces: [compatible.begins, compatible.says('One'), compatible.errorEvent] }],
    ['breaks', { pieces: [compatible.begins, compatible.says('One')], ending: 'reset' }],
    ['falls silent', { pieces: [compatible.begins, compatible.says('One')], ending: 'hang' }],
  ])('the caller is told, and the second not asked, where the first %s after a word', async (_, reply) => {
    const { events, last, secondWasAsked } = await answeredInTime(reply);
    expect(textOf(events)).toBe('One');
    expect(last).toMatchObject({
      __typename: 'CompletionFailed',
      failure: { code: expect.stringMatching(/MODEL_UNAVAILABLE|STREAM_STALLED/) },
    });
    expect(secondWasAsked).toBe(false);
  });
});
