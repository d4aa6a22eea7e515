import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import { type Completion, emptyCompletion } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { openRuns } from '../../src/runs/open-runs.ts';
import { plainAnswers } from '../../src/runs/plain-answers.ts';
import type { BeginAnswer, Runs } from '../../src/runs/run.ts';
import { memoryCompletions } from './memory-completions.ts';

const ann: Principal = { id: 'key:ann', kind: 'key', team: null, scopes: [], routes: null, limits: [] };
const bob: Principal = { ...ann, id: 'key:bob' };
const never = new AbortController().signal;

const said = (text: string): Completion => ({ ...emptyCompletion, text, parts: [{ type: 'text', text }], finishReason: 'stop' });
const asking = (ask: BeginAnswer['ask'], more: Partial<BeginAnswer> = {}): BeginAnswer => ({
  principal: ann,
  route: 'default',
  signal: never,
  ask,
  ...more,
});
const says = (text: string): BeginAnswer => asking(async () => said(text));
/** Waits until its signal fires; `stopped` has the reason. */
function hanging(): { readonly ask: BeginAnswer['ask']; readonly stopped: Promise<unknown> } {
  const { promise: stopped, resolve } = Promise.withResolvers<unknown>();
  const ask: BeginAnswer['ask'] = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        resolve(signal.reason);
        reject(signal.reason);
      });
    });
  return { ask, stopped };
}

const opened = (): Runs => openRuns({ completions: memoryCompletions() });

describe('the answer of a plain query', () => {
  it('the answer of a plain query is a completion that has ended, and is seen by its id and its owner alone', async () => {
    const runs = opened();
    const state = await runs.answer(says('Hi.'));
    expect(state).toMatchObject({ status: 'COMPLETED', route: 'default', completion: { text: 'Hi.' }, failure: null });
    expect(await runs.state(state.id, ann)).toEqual(state);
    expect(await runs.state(state.id, bob)).toBeNull();
  });

  it('the answer of a plain query has an id that sorts by time, as those of streams do', async () => {
    const { id } = await opened().answer(says('Hi.'));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
    expect(Math.abs(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(60_000);
  });

  it('the answer of a plain query has no events, since it opened no run', async () => {
    const runs = opened();
    const { id } = await runs.answer(says('Hi.'));
    expect(await runs.find(id, ann)).toBeNull();
  });

  it('the answer of a plain query counts as open until it has ended', async () => {
    const runs = opened();
    const client = new AbortController();
    const answer = runs.answer(asking(hanging().ask, { signal: client.signal }));
    expect(runs.counts()).toEqual({ open: 1, readers: 0 });
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(runs.counts().open).toBe(0);
  });

  it('the answer of a plain query is stopped at once when its client leaves', async () => {
    const { ask, stopped } = hanging();
    const client = new AbortController();
    const answer = opened().answer(asking(ask, { signal: client.signal }));
    client.abort(new GatewayError('CANCELLED', 'Left.'));
    await expect(stopped).resolves.toMatchObject({ code: 'CANCELLED' });
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('the answer of a plain query is told to come back when the gateway is stopped, and its call is cancelled', async () => {
    const runs = opened();
    const { ask, stopped } = hanging();
    const answer = runs.answer(asking(ask));
    const idle = runs.idle(60_000);
    await runs.stop();
    await expect(stopped).resolves.toMatchObject({ code: 'CANCELLED' });
    await expect(answer).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
      message: expect.stringMatching(/stopped.*Ask again/),
    });
    await idle;
    await expect(runs.answer(says('Hi.'))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it('the answer of a plain query is kept no longer than it may be', async () => {
    let nowMs = 0;
    const answers = plainAnswers({ maxBytes: 1 << 20, keptMs: 600_000, now: () => nowMs });
    const { id } = await answers.answer(says('Hi.'));
    nowMs = 600_000;
    expect(answers.find(id, 'key:ann')?.completion.text).toBe('Hi.');
    nowMs += 1;
    expect(answers.find(id, 'key:ann')).toBeNull();
    answers.sweep();
    expect(answers.bytes).toBe(0);
  });

  it('the answer of a plain query gives way to newer ones, by weight', async () => {
    const answers = plainAnswers({ maxBytes: 100_000, keptMs: 600_000, now: () => 0 });
    const ids: string[] = [];
    for (let made = 0; made < 40; made += 1) ids.push((await answers.answer(says(`${made} ${'word '.repeat(1_000)}`))).id);
    const there = ids.filter((id) => answers.find(id, 'key:ann') !== null);
    expect(there.length).toBeGreaterThan(2);
    expect(there).toEqual(ids.slice(-there.length));
    expect(answers.bytes).toBeLessThanOrEqual(100_000);
    expect(answers.bytes).toBeGreaterThan(there.length * (2_048 + 2 * 5_000));
    const { id } = await answers.answer(says('x'.repeat(100_000)));
    expect(answers.find(id, 'key:ann')).toBeNull();
  });
});
