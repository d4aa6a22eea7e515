import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/core/call/call.ts';
import { collect } from '../../../src/core/chunk.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { budgeted } from '../../../src/pipeline/route/budget.ts';
import { sent } from '../../../src/pipeline/route/send.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { outputRates } from '../../../src/routing/output-rates.ts';
import type { Route } from '../../../src/routing/route.ts';
import { account, call, deployment, gateway, hangs, route, says, wholly } from '../../doubles.ts';
import { faced, over } from '../../faces.ts';

const request = completionRequest('Say hi.', { maxOutputTokens: 100 });
const long = 'word '.repeat(50).trim();

/** How a deployment is asked whose rate was learned: tokens per second, null: nothing was. */
async function asked(settings: Partial<Route>, tokensPerSecond: number | null, live = false) {
  const asks: { readonly whole: boolean; readonly withinMs: number }[] = [];
  const provider: Provider = {
    ...says('Hi.'),
    send(what, given) {
      asks.push({ whole: false, withinMs: given.firstChunkMs });
      return says('Hi.').send(what, given);
    },
    answer(what, given) {
      asks.push({ whole: true, withinMs: given.withinMs });
      return wholly(says('Hi.')).answer?.(what, given) ?? expect.unreachable();
    },
  };
  const rates = outputRates();
  const at = deployment(provider);
  if (tokensPerSecond !== null) rates.note(at.id, 1_000_000, (1_000_000 / tokensPerSecond) * 1_000);
  const facts: Fact[] = [];
  const handler = faced(sent(at, route('r', [at], { firstChunkMs: 1_000, totalMs: 60_000, ...settings }), rates));
  await collect(handler(request, call({ live, report: (fact) => facts.push(fact) })));
  return { ...(asks[0] ?? expect.unreachable()), facts: facts.map((fact) => fact.type) };
}

describe('how a deployment is asked', () => {
  it('how a deployment is asked is as a stream until its rate is known', async () => {
    expect(await asked({}, null)).toEqual({ whole: false, withinMs: 1_000, facts: ['usage'] });
  });

  it('how a deployment is asked is for a whole answer where the longest one ends in time, with time for all of it', async () => {
    // 100 tokens at 50 a second: 2 s, and three times that on top of the first second.
    expect(await asked({}, 50)).toEqual({ whole: true, withinMs: 7_000, facts: ['whole', 'usage'] });
  });

  it.each<[string, Partial<Route>, number | null, boolean]>([
    ['somebody watches', {}, 50, true],
    ['the longest answer would take too long', { wholeModeMs: 1_999 }, 50, false],
    ['another deployment is asked after a silence', { hedge: { afterMs: 100 } }, 50, false],
    ['the route wants streams', { wholeMode: 'never' }, 50, false],
  ])('how a deployment is asked is as a stream where %s', async (_why, settings, rate, live) => {
    expect(await asked(settings, rate, live)).toMatchObject({ whole: false, withinMs: 1_000 });
  });

  it('how a deployment is asked is for a whole answer where the route wants it, whatever is known of the rate, but for those who watch', async () => {
    const always = { wholeMode: 'always' } as const;
    expect(await asked(always, null)).toMatchObject({ whole: true, withinMs: 60_000 });
    expect(await asked(always, 0.001)).toMatchObject({ whole: true, withinMs: 60_000 });
    expect(await asked(always, 50, true)).toMatchObject({ whole: false });
  });

  it('how a deployment is asked is learned from the answers that went before', async () => {
    const provider = wholly(says(long));
    const { handle } = gateway([route('r', [provider])]);
    const wholeAnswers: number[] = [];
    for (let at = 0; at < 2; at += 1) {
      await collect(handle({ ...request, seed: at }, call({ route: 'r' })));
      wholeAnswers.push(provider.answered());
    }
    expect(wholeAnswers).toEqual([0, 1]);
  });
});

describe('a whole answer that is cancelled', () => {
  it('a whole answer that is cancelled books the input and what was written until then at the learned rate, within its draw', async () => {
    const budget = account(1_000_000_000);
    let nowMs = 0;
    const rates = outputRates();
    const at = deployment(wholly(hangs()));
    rates.note(at.id, 1_000, 20_000);
    const handler = over(budgeted(at, { monotonicMs: () => nowMs }))(sent(at, route('r', [at]), rates));
    const cancelled = async (afterMs: number) => {
      const by = call({ hold: budget.hold });
      const answer = collect(handler(request, by));
      await new Promise((resolve) => setImmediate(resolve));
      nowMs += afterMs;
      by.leave();
      await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
      return by.attempts()[0];
    };
    expect(await cancelled(500)).toMatchObject({ estimated: true, usage: { outputTokens: 25 }, timeToFirstTokenMs: null });
    expect(await cancelled(60_000)).toMatchObject({ estimated: true, usage: { outputTokens: 100 } });
  });
});
