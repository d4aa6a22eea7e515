import { beforeAll, describe, expect, it } from 'vitest';
import { compatible } from '../providers/dialects.ts';
import { newGate } from '../raw-upstream.ts';
import {
  ask,
  countTo,
  eventsOver,
  type Scripted,
  saying,
  scripted,
  seqsOf,
  textOf,
  transports,
  typesOf,
  underLimit,
  until,
} from './streams.ts';

describe.each(transports)(
  'a stream always ends with a terminal event (completed, failed or cancelled) and a stall is a failure with its own code: over %s',
  (_, over) => {
    let patient: Scripted;
    beforeAll(async () => {
      patient = await scripted();
    });

    const events = ({ gateway }: Scripted) => eventsOver(over(gateway, { variables: ask('Say it.') }));
    const terminalOf = (all: Awaited<ReturnType<typeof events>>) => {
      expect(seqsOf(all)).toEqual(countTo(all.length));
      expect(typesOf(all).filter((type) => /Finished|Failed/.test(type))).toHaveLength(1);
      return all.at(-1);
    };

    /** What comes of the reply under the route's limit, once upstream was asked in time and its words, if any, were heard. */
    const limited = (limit: 'firstChunkMs' | 'idleMs' | 'totalMs', minMs: number, text: '' | 'Half') =>
      underLimit(minMs, async (ms) => {
        const where = await scripted({}, { route: { [limit]: ms } });
        where.upstream.plays({ pieces: [compatible.begins, ...(text === '' ? [] : [compatible.says(text)])], ending: 'hang' });
        const all = await events(where);
        const terminal = terminalOf(all);
        expect(terminal).toMatchObject({ __typename: 'CompletionFailed' });
        const request = where.upstream.requests.at(-1);
        if (request === undefined || textOf(all) !== text) return null;
        await request.closed;
        expect(request.cut()).toBe(true);
        return terminal;
      });

    it('a stream always ends with a terminal event: completed', async () => {
      patient.upstream.plays(saying('Hello', ' world'));
      expect(terminalOf(await events(patient))).toMatchObject({
        __typename: 'CompletionFinished',
        completion: { status: 'COMPLETED', text: 'Hello world', finishReason: 'STOP', usage: { totalTokens: 12, estimated: false } },
      });
    });

    it.each([
      ['the vendor tells of an error', { pieces: [compatible.begins, compatible.says('Half'), compatible.errorEvent] }],
      ['the connection breaks', { pieces: [compatible.begins, compatible.says('Half')], ending: 'reset' as const }],
      ['it ends without a finish', { pieces: [compatible.begins, compatible.says('Half')] }],
    ])('a stream always ends with a terminal event: failed in the middle, where %s', async (__, reply) => {
      patient.upstream.plays(reply);
      const all = await events(patient);
      expect(textOf(all)).toBe('Half');
      expect(terminalOf(all)).toMatchObject({
        __typename: 'CompletionFailed',
        completion: { status: 'FAILED', text: 'Half' },
        failure: { code: 'MODEL_UNAVAILABLE', errorId: expect.any(String) },
      });
    });

    it('a stream always ends with a terminal event: failed before the first word', async () => {
      patient.upstream.plays(compatible.refuses('key'));
      expect(terminalOf(await events(patient))).toMatchObject({ __typename: 'CompletionFailed', failure: { code: 'MODEL_UNAVAILABLE' } });
    });

    it('a stream always ends with a terminal event: stalled, where the first token does not come', async () => {
      expect(await limited('firstChunkMs', 60, '')).toMatchObject({ completion: { text: '' }, failure: { code: 'STREAM_STALLED' } });
    });

    it('a stream always ends with a terminal event: stalled, where another token does not come', async () => {
      expect(await limited('idleMs', 60, 'Half')).toMatchObject({ completion: { text: 'Half' }, failure: { code: 'STREAM_STALLED' } });
    });

    it('a stream always ends with a terminal event: stopped, where the whole takes too long', async () => {
      expect(await limited('totalMs', 300, 'Half')).toMatchObject({ completion: { text: 'Half' }, failure: { code: 'TIMEOUT' } });
    });

    it('a stream always ends with a terminal event: cancelled, by its owner on another connection', async () => {
      patient.upstream.plays(saying('Half', newGate()));
      const all = await eventsOver(over(patient.gateway, { variables: ask('Say it.') }), ({ __typename, completionId }) => {
        if (__typename === 'TextDelta')
          void patient.gateway.ask('mutation($id: ID!) { cancelCompletion(id: $id) { id } }', { id: completionId });
      });
      expect(terminalOf(all)).toMatchObject({
        __typename: 'CompletionFailed',
        completion: { status: 'CANCELLED', text: 'Half', finishReason: 'CANCELLED' },
        failure: { code: 'CANCELLED' },
      });
      const request = patient.upstream.requests.at(-1);
      await request?.closed;
      expect(request?.cut()).toBe(true);
    });

    it('a stream always ends with a terminal event: and upstream is left at once where the reader leaves, before the first token too', async () => {
      const held = newGate();
      const before = patient.upstream.requests.length;
      patient.upstream.plays({ pieces: [held] });
      for await (const { event } of over(patient.gateway, { variables: ask('Say it.') })) {
        expect(event.__typename).toBe('CompletionStarted');
        await until(() => patient.upstream.requests.length > before);
        break;
      }
      await patient.upstream.requests.at(-1)?.closed;
      expect(patient.upstream.requests.at(-1)?.cut()).toBe(true);
    });
  },
);
