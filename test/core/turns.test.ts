import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { turnsOf } from '../../src/core/turns.ts';

describe('turns', () => {
  it('asks nobody to wait while the slice of work has room', () => {
    const turns = turnsOf({ unitsPerTurn: 10 });
    expect([turns.spend(4), turns.spend(5)]).toEqual([null, null]);
    expect(turns.taken()).toBe(0);
  });

  it('lets other work run between two slices', async () => {
    const turns = turnsOf({ unitsPerTurn: 10 });
    const ran: string[] = [];
    setImmediate(() => ran.push('another request'));
    for (let unit = 0; unit < 10; unit += 1) await turns.spend(1);
    ran.push('the long work');
    expect(ran).toEqual(['another request', 'the long work']);
    expect(turns.taken()).toBe(1);
  });

  it('ends the work at its next turn when its caller has left', async () => {
    const controller = new AbortController();
    const turns = turnsOf({ unitsPerTurn: 1, signal: controller.signal });
    controller.abort();
    await expect(turns.spend(1)).rejects.toBeInstanceOf(GatewayError);
  });
});
