import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/core/errors.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';

describe('turns', () => {
  it('turns asks nobody to wait while the slice of work has room', () => {
    const turns = turnsOf({ unitsPerTurn: 10 });
    expect([turns.spend(4), turns.spend(5)]).toEqual([null, null]);
    expect(turns.taken()).toBe(0);
  });

  it('turns lets other work run between two slices', async () => {
    const turns = turnsOf({ unitsPerTurn: 10 });
    const ran: string[] = [];
    setImmediate(() => ran.push('another request'));
    for (let unit = 0; unit < 10; unit += 1) await turns.spend(1);
    ran.push('the long work');
    expect(ran).toEqual(['another request', 'the long work']);
    expect(turns.taken()).toBe(1);
  });

  it('turns lets one slice of all long work be worked on in one round of the event loop, each in its turn', async () => {
    const rounds: string[][] = [[]];
    let working = true;
    const tick = (): void => {
      rounds.push([]);
      if (working) setImmediate(tick);
    };
    setImmediate(tick);
    const work = async (name: string): Promise<void> => {
      const turns = turnsOf({ unitsPerTurn: 1 });
      for (let slice = 0; slice < 5; slice += 1) {
        await turns.spend(1);
        rounds.at(-1)?.push(name);
      }
    };
    await Promise.all(['a', 'b', 'c'].map(work));
    working = false;
    expect(Math.max(...rounds.map((round) => round.length))).toBe(1);
    expect(rounds.flat().join('')).toBe('abcabcabcabcabc');
  });

  it('turns ends the work at its next turn when its caller has left', async () => {
    const controller = new AbortController();
    const turns = turnsOf({ unitsPerTurn: 1, signal: controller.signal });
    controller.abort();
    await expect(turns.spend(1)).rejects.toBeInstanceOf(GatewayError);
  });
});
