import { describe, expect, it } from 'vitest';
import { type Guardrail, isLookback } from '../../src/pipeline/guard/guardrail.ts';
import { aCall } from '../pipeline/guard/calls.ts';

interface GuardrailCase {
  readonly make: () => Guardrail | Promise<Guardrail>;
  readonly allowed: readonly string[];
  readonly refused: readonly string[];
}

/** What `pipeline/guard.ts` counts on, whatever the guardrail looks for. */
export function guardrailContract(name: string, { make, allowed, refused }: GuardrailCase): void {
  describe(`${name} keeps the contract of a guardrail`, () => {
    it(`the guardrail ${name} has a name, a side and a window`, async () => {
      const guardrail = await make();
      expect(guardrail.name).toMatch(/\S/);
      expect(guardrail.on.length).toBeGreaterThan(0);
      expect(['sentence', 'whole']).toContain(guardrail.window);
      expect(isLookback(guardrail.lookback ?? 0)).toBe(true);
    });

    it.each([...refused])(
      `the guardrail ${name} refuses %j behind any other text, seen as far back as it says it looks, and a character more`,
      async (text) => {
        const { check, lookback } = await make();
        if (lookback === undefined) return;
        const long = `${'Some words before it. '.repeat(40)}${text} and some behind it`;
        const verdicts: boolean[] = [];
        for (let end = long.indexOf(text) + text.length + 1; end < long.length; end += 1) {
          const seen = long.slice(Math.max(0, long.indexOf(text) - lookback - 1), end);
          verdicts.push((await check(seen, aCall())).action === 'block');
        }
        expect(verdicts).not.toContain(false);
      },
    );

    it.each([...allowed])(`the guardrail ${name} allows %j`, async (text) => {
      expect(await (await make()).check(text, aCall())).toEqual({ action: 'allow' });
    });

    it.each([...refused])(`the guardrail ${name} does not pass %j at a first look, nor what stands around it`, async (text) => {
      const { passes } = await make();
      for (const around of [text, `Before it. ${text} Behind it.`]) expect(passes?.(around) ?? false).toBe(false);
    });

    it.each([...refused])(`the guardrail ${name} refuses %j with a message that does not repeat it`, async (text) => {
      const verdict = await (await make()).check(text, aCall());
      expect(verdict.action).toBe('block');
      const message = verdict.action === 'block' ? verdict.message : '';
      expect(message).toMatch(/\S/);
      expect(message).not.toContain(text);
    });

    it(`the guardrail ${name} gives the same verdict again, whatever it saw in between`, async () => {
      const guardrail = await make();
      for (const text of [...allowed, ...refused]) {
        const first = await guardrail.check(text, aCall());
        for (const other of [...refused, ...allowed]) await guardrail.check(other, aCall());
        expect(await guardrail.check(text, aCall())).toEqual(first);
      }
    });

    it(`the guardrail ${name} allows empty text`, async () => {
      expect(await (await make()).check('', aCall())).toEqual({ action: 'allow' });
    });
  });
}
