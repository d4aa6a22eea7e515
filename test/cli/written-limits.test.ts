import { describe, expect, it } from 'vitest';
import { agentLimitsIn, sessionIn, userLimitsIn } from '../../src/cli/text/written-limits.ts';

describe('limits written in the shell', () => {
  it('limits written in the shell are amounts of periods, rates, and caps of sessions', () => {
    expect(userLimitsIn('--per-user')('month=5,day=0.5,rpm=20')).toEqual({
      budgets: [
        { per: 'day', most: 500_000_000 },
        { per: 'month', most: 5_000_000_000 },
      ],
      ...{ requestsPerMinute: 20, callsPerMinute: null, tokensPerMinute: null, concurrency: null },
    });
    expect(sessionIn('--session')('amount=2,turns=40')).toEqual({
      ...{ amount: 2_000_000_000, tokens: null, turns: 40, calls: null, minutes: 240, warnAt: [] },
    });
    expect(agentLimitsIn('--agent')('spiffe://acme/bot:total=50,concurrency=2,calls=9,minutes=30')).toEqual({
      name: 'spiffe://acme/bot',
      budgets: [{ per: 'total', most: 50_000_000_000 }],
      ...{ requestsPerMinute: null, callsPerMinute: null, tokensPerMinute: null, concurrency: 2 },
      session: { amount: null, tokens: null, turns: null, calls: 9, minutes: 30, warnAt: [] },
    });
    expect(agentLimitsIn('--agent')('*:rpm=5')).toMatchObject({ name: '*', requestsPerMinute: 5, session: null });
  });

  it.each([
    [
      sessionIn('--x'),
      'rpm=5',
      '--x is "rpm=5". It must be parts with commas between, each once: amount=…, tokens=…, turns=…, calls=…, minutes=…; or none.',
    ],
    [sessionIn('--x'), 'turns=1,turns=2', 'each once'],
    [sessionIn('--x'), 'turns', '--x is "turns"'],
    [sessionIn('--x'), 'turns=0', '--x turns is "0"'],
    [userLimitsIn('--x'), 'month=much', '--x month is "much". It must be US dollars'],
    [agentLimitsIn('--x'), 'support-bot', 'It must be the name of an agent and its limits'],
    [agentLimitsIn('--x'), ':rpm=5', 'It must be the name of an agent and its limits'],
  ])('limits that cannot be read are refused in a sentence (%#)', (read, text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});
