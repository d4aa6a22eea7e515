import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { type Gate, newGate, type RawReply, rawUpstream } from '../raw-upstream.ts';
import { complete, eventually, ledgerOf, prompt } from './asking.ts';
import { ask, attach, deploymentAt, eventsOver, overSse, saying, textOf, underLimit } from './streams.ts';

/** Each time a gateway of its own: a deployment that has failed often is left alone for a while. */
async function two(reply: RawReply, limits: object = {}, config: Partial<GatewayConfig> = {}) {
  const [first, second] = await Promise.all([rawUpstream(), rawUpstream()]);
  whenOver(() => Promise.all([first.close(), second.close()]).then(() => {}));
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, a: compatible.provider(first.url), b: compatible.provider(second.url) },
    deployments: { ...plainConfig.deployments, a: deploymentAt('a'), b: deploymentAt('b') },
    routes: { ...plainConfig.routes, default: { deployments: ['a', 'b'], attempts: 2, ...limits } },
    ...config,
  });
  first.plays(reply);
  second.plays(saying('From', ' the second.'));
  return { gateway, first, second };
}

/** Says a word, and when the gate is open fails. */
const midStream: readonly (readonly [string, (gate: Gate) => RawReply])[] = [
  ['tells of an error', (gate) => ({ pieces: [compatible.begins, compatible.says('One'), gate, compatible.errorEvent] })],
  ['breaks', (gate) => ({ pieces: [compatible.begins, compatible.says('One'), gate], ending: 'reset' })],
  ['is cut', (gate) => ({ pieces: [compatible.begins, compatible.says('One'), gate] })],
  ['sends what nobody can read', (gate) => ({ pieces: [compatible.begins, compatible.says('One'), gate, 'data: {"choices":\n\n'] })],
  ['falls silent', () => ({ pieces: [compatible.begins, compatible.says('One')], ending: 'hang' })],
];
const opened = (): Gate => {
  const gate = newGate();
  gate.open();
  return gate;
};
/** What is silent is left at a limit, which the second must keep, too. */
const inTime = <T>(reply: RawReply, tried: (limits: object) => Promise<T | null>): Promise<T | null> =>
  reply.ending === 'hang' ? underLimit(250, (ms) => tried({ firstChunkMs: ms, idleMs: ms })) : tried({});

describe('failover happens until the first content event; never silently after it', () => {
  const answered = async (reply: RawReply, limits: object = {}, gate: Gate = newGate()) => {
    const { gateway, first, second } = await two(reply, limits);
    const events = await eventsOver(overSse(gateway, { variables: ask('Say it.') }), ({ __typename }) => {
      if (__typename === 'TextDelta') gate.open();
    });
    return { events, last: events.at(-1), firstWasAsked: first.requests.length > 0, secondWasAsked: second.requests.length > 0 };
  };

  /** What is silent is left at a limit, which the second must keep too: one in which both were asked and somebody spoke. */
  const answeredInTime = (reply: RawReply, gate?: Gate) =>
    reply.ending !== 'hang'
      ? answered(reply, {}, gate)
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

  it.each(midStream)('the caller is told, and the second not asked, where the first %s after a word', async (_, failing) => {
    const gate = newGate();
    const { events, last, secondWasAsked } = await answeredInTime(failing(gate), gate);
    expect(textOf(events)).toBe('One');
    expect(last).toMatchObject({
      __typename: 'CompletionFailed',
      failure: { code: expect.stringMatching(/MODEL_UNAVAILABLE|STREAM_STALLED/) },
    });
    expect(secondWasAsked).toBe(false);
  });
});

describe('an answer of which nothing was shown goes on elsewhere, however much of it there was', () => {
  it.each(midStream)('a query is answered by the second where the first %s after a word', async (_, failing) => {
    const reply = failing(opened());
    const found = await inTime(reply, async (limits) => {
      const { gateway, first } = await two(reply, limits);
      const answer = await complete(gateway, prompt('Say it.'));
      // On a busy machine the second, too, may be silent for too long: a longer limit is tried then.
      return answer.text === undefined || first.requests.length === 0 ? null : { answer, ledger: await ledgerOf(gateway) };
    });
    expect(found?.answer).toMatchObject({ text: 'From the second.', finishReason: 'STOP' });
    expect(found?.answer.provenance.attempts).toMatchObject([
      { deployment: 'a', outcome: expect.stringMatching(/MODEL_UNAVAILABLE|STREAM_STALLED/) },
      { deployment: 'b', outcome: 'OK' },
    ]);
    // Both are billed: what the first had said was counted nowhere, and is estimated.
    expect(found?.ledger).toMatchObject([{ key: { outcome: 'OK' }, calls: 1, usage: { estimated: true } }]);
  });

  it('a stream whose words were all held back by a guardrail shows those of the second alone', async () => {
    const guardrail: Guardrail = { name: 'words', on: ['output'], window: 'sentence', check: () => ({ action: 'allow' }) };
    const { gateway } = await two(
      { pieces: [compatible.begins, compatible.says('No sentence ends here'), compatible.errorEvent] },
      {},
      { guardrails: [{ guardrail, routes: '*' }] },
    );
    const events = await eventsOver(overSse(gateway, { variables: ask('Say it.') }));
    expect(textOf(events)).toBe('From the second.');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1).completion).toMatchObject({ status: 'COMPLETED', text: 'From the second.' });
  });

  it('a completion in the background that nobody follows is that of the second alone, also for who comes later', async () => {
    const { gateway } = await two({ pieces: [compatible.begins, compatible.says('One'), compatible.errorEvent] });
    const start = 'mutation ($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id } } }';
    const { data } = await gateway.ask(start, ask('Say it.'));
    const { id } = data.startCompletion;
    await eventually(
      'it has ended',
      () => ledgerOf(gateway),
      (rows) => rows.length === 1,
    );
    const events = await eventsOver(overSse(gateway, { query: attach, variables: { id } }));
    expect(textOf(events)).toBe('From the second.');
    expect(events.at(-1).completion).toMatchObject({ status: 'COMPLETED', text: 'From the second.' });
  });
});
