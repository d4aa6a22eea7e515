import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairPlaces } from '../../../src/core/turns/fair-places.ts';

const signal = new AbortController().signal;

describe('places', () => {
  it('places are taken in turn by tenants, each no more than its share, and left by who gives up', async () => {
    const places = fairPlaces({ maxPlaces: 2, maxPerTenant: 1 });
    const order: string[] = [];
    const take = (tenant: string, name: string, until = signal) =>
      places.take(tenant, until).then((leave) => {
        order.push(name);
        return leave;
      });
    const first = await take('a', 'a1');
    const leaving = new AbortController();
    const waiting = [take('a', 'a2', leaving.signal), take('a', 'a3'), take('a', 'a4')];
    const b1 = await take('b', 'b1');
    const later = [take('c', 'c1'), take('b', 'b2')];
    leaving.abort();
    await expect(waiting[0]).rejects.toMatchObject({ code: 'CANCELLED' });
    first();
    (await later[0])?.();
    b1();
    (await waiting[1])?.();
    (await later[1])?.();
    (await waiting[2])?.();
    expect(order).toEqual(['a1', 'b1', 'c1', 'a3', 'b2', 'a4']);
    // Nobody waits, and both places are free again.
    await Promise.all([take('a', 'again'), take('b', 'again')]);
  });

  it('places remember no more than a thousand tenants that have left, also where they are never all free', async () => {
    const places = fairPlaces({ maxPlaces: 2, maxPerTenant: 1 });
    await places.take('stays', signal);
    for (let visitor = 0; visitor < 5_000; visitor += 1) (await places.take(`visitor ${visitor}`, signal))();
    expect(places.remembered()).toBeLessThanOrEqual(1_001);
  });

  it('places go to the lightest of what one tenant waits for, and to another tenant before that', async () => {
    const places = fairPlaces({ maxPlaces: 1, maxPerTenant: 1 });
    const order: string[] = [];
    const take = async (tenant: string, name: string, weight: number): Promise<void> => {
      const leave = await places.take(tenant, signal, weight);
      order.push(name);
      leave();
    };
    const leaveFirst = await places.take('a', signal);
    const all = [take('a', 'a heavy', 9), take('a', 'a light', 1), take('b', 'b heavy', 9), take('b', 'b light', 1)];
    leaveFirst();
    await Promise.all(all);
    expect(order).toEqual(['b light', 'a light', 'b heavy', 'a heavy']);
  });

  it('places are had at once only where nobody waits', async () => {
    const places = fairPlaces({ maxPlaces: 1, maxPerTenant: 1 });
    const leave = places.takeNow('a');
    expect([leave === null, places.takeNow('b'), places.waits()]).toEqual([false, null, 0]);
    const waiting = places.take('b', signal);
    expect(places.waits()).toBe(1);
    leave?.();
    (await waiting)();
    expect(places.takeNow('c')).not.toBeNull();
  });

  it('places come to a tenant that was not served yet after at most the other such tenants, whatever the rest wait for', async () => {
    const asked = fc.array(fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), weight: fc.nat(9) }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(asked, asked, async (before, after) => {
        const places = fairPlaces({ maxPlaces: 1, maxPerTenant: 1 });
        const order: string[] = [];
        const take = async ({ tenant, weight }: { readonly tenant: string; readonly weight: number }): Promise<void> => {
          const leave = await places.take(tenant, signal, weight);
          order.push(tenant);
          await Promise.resolve();
          leave();
        };
        const leaveFirst = await places.take('a', signal);
        const all = [...before.map(take), take({ tenant: 'new', weight: 5 }), ...after.map(take)];
        leaveFirst();
        await Promise.all(all);
        const ahead = order.slice(0, order.indexOf('new'));
        expect(new Set(ahead).size).toBe(ahead.length);
        expect(order.length).toBe(before.length + after.length + 1);
      }),
      { numRuns: 50 },
    );
  });
});
