import { describe, expect, it } from 'vitest';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { newGate } from '../raw-upstream.ts';
import { ask, eventsOver, overSse, type Scripted, saying, scripted, textOf, transports } from './streams.ts';

const noCodenames = patternGuard({
  name: 'codenames',
  patterns: ['(?i)project nightfall'],
  on: ['output'],
  message: 'It names a project that is not announced.',
});
const guardedBy = (guardrail: Guardrail, route = {}): Promise<Scripted> =>
  scripted({ guardrails: [{ guardrail, routes: '*' }] }, { route });

const fine = 'All is well. ';
const forbidden = 'We begin Project Nightfall soon.';
const blocked = { __typename: 'CompletionFailed', failure: { code: 'GUARDRAIL_BLOCKED' } };

describe('output guardrails are enforced while streaming with a bounded hold-back', () => {
  it('output guardrails are enforced while streaming with a bounded hold-back, and the verdict does not depend on how the provider cut its chunks', async () => {
    const { gateway, upstream } = await guardedBy(noCodenames);
    for (let cut = 1; cut < forbidden.length; cut += 3) {
      upstream.plays(saying(fine, forbidden.slice(0, cut), forbidden.slice(cut)));
      const events = await eventsOver(overSse(gateway, { variables: ask(`Cut at ${cut}.`) }));
      expect(events.at(-1)).toMatchObject(blocked);
      expect(textOf(events).trim()).toBe(fine.trim());
      expect(JSON.stringify(events)).not.toMatch(/nightfall/i);
    }
  });

  it.each(transports)('a sentence goes out over %s while the model still talks', async (_, over) => {
    const { gateway, upstream } = await guardedBy(noCodenames);
    const rest = newGate();
    upstream.plays(saying('All is well. And so', rest, ' it stays.'));
    let early = '';
    const events = await eventsOver(over(gateway, { variables: ask('How is it?') }), (event) => {
      if (event.__typename !== 'TextDelta' || early !== '') return;
      early = event.text;
      rest.open();
    });
    expect(early.trim()).toBe('All is well.');
    expect(textOf(events)).toBe('All is well. And so it stays.');
    expect(events.at(-1).__typename).toBe('CompletionFinished');
  });

  it('an answer without an end of a sentence is not held back without bound', async () => {
    const { gateway, upstream } = await guardedBy(noCodenames);
    const rest = newGate();
    upstream.plays(saying('word '.repeat(4_000), rest, 'end'));
    const events = await eventsOver(overSse(gateway, { variables: ask('Go on and on.', { maxOutputTokens: 5_000 }) }), ({ __typename }) => {
      if (__typename === 'TextDelta') rest.open();
    });
    expect(textOf(events)).toBe(`${'word '.repeat(4_000)}end`);
  });

  it('a guard that cannot run fails closed', async () => {
    const broken: Guardrail = {
      name: 'broken',
      on: ['output'],
      window: 'sentence',
      check: () => {
        throw new Error('its list of words is lost');
      },
    };
    const { gateway, upstream } = await guardedBy(broken);
    upstream.plays(saying(fine, 'Nothing else.'));
    const events = await eventsOver(overSse(gateway, { variables: ask('How is it?') }));
    expect(textOf(events)).toBe('');
    expect(events.at(-1)).toMatchObject(blocked);
    expect(JSON.stringify(events)).not.toContain('list of words');
  });

  it('a kept answer is judged by today’s rules', async () => {
    const rules: Guardrail[] = [];
    const todays: Guardrail = {
      name: 'todays',
      on: ['output'],
      window: 'sentence',
      check: (text, call) => rules.map((rule) => rule.check(text, call)).at(0) ?? { action: 'allow' },
    };
    const { gateway, upstream } = await guardedBy(todays, { cacheSeconds: 60 });
    upstream.plays(saying(fine, forbidden));
    const read = () => eventsOver(overSse(gateway, { variables: ask('What is next?') }));
    expect(textOf(await read())).toBe(fine + forbidden);
    rules.push(noCodenames);
    const again = await read();
    expect(again.at(-1)).toMatchObject(blocked);
    expect(textOf(again).trim()).toBe(fine.trim());
    expect(upstream.requests).toHaveLength(1);
  });

  it('output guardrails are enforced while streaming with a bounded hold-back, and what the model is stopped at is stopped upstream too', async () => {
    const { gateway, upstream } = await guardedBy(noCodenames);
    upstream.plays(saying(fine, `${forbidden} `, newGate()));
    const events = await eventsOver(overSse(gateway, { variables: ask('What is next?') }));
    expect(events.at(-1)).toMatchObject(blocked);
    await upstream.requests[0]?.closed;
    expect(upstream.requests[0]?.cut()).toBe(true);
  });
});
