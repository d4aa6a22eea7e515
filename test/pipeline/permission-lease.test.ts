import { describe, expect, it } from 'vitest';
import type { Leases } from '../../src/core/call/lease.ts';
import { collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { account, breaks, call, gateway, hangs, ignoresEverything, request, route, says } from '../doubles.ts';

/** Leases that a test ends, all at once. */
function revocable() {
  const held = new Set<AbortController>();
  let revoked = false;
  const why = (): GatewayError => new GatewayError('UNAUTHENTICATED', 'The key was revoked.');
  const leases: Leases = {
    take(_principal, _use, parent) {
      const controller = new AbortController();
      held.add(controller);
      parent.addEventListener('abort', () => controller.abort(parent.reason));
      if (revoked) controller.abort(why());
      return { signal: controller.signal, release: () => void held.delete(controller) };
    },
  };
  return {
    leases,
    held: () => held.size,
    revoke() {
      revoked = true;
      for (const controller of held) controller.abort(why());
    },
  };
}

describe('a call whose key is revoked', () => {
  it('a call whose key is revoked is not dispatched any more, and has its row', async () => {
    const { leases, revoke, held } = revocable();
    const model = says('Hi.');
    const { handle, ledger } = gateway([route('default', [model])], { leases });
    revoke();
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(model.asked).toHaveLength(0);
    expect(ledger.rows).toMatchObject([{ outcome: 'UNAUTHENTICATED', cost: 0 }]);
    expect(held()).toBe(0);
  });

  it.each([
    ['speaks', hangs('one two')],
    ['is silent', hangs()],
    ['listens to nothing', ignoresEverything('one two')],
  ])('a call whose key is revoked ends, though nobody pulls, while the model %s: what was sent is billed', async (_, model) => {
    const { leases, revoke, held } = revocable();
    const { handle, ledger } = gateway([route('default', [model])], { leases });
    const budget = account(1_000_000);
    const asked = call({ hold: budget.hold });
    const reading = handle(request, asked)[Symbol.asyncIterator]();
    const first = reading.next();
    first.catch(() => {});
    while (model.running() === 0) await new Promise((resolve) => setImmediate(resolve));
    revoke();
    while (ledger.rows.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await expect(first.then(() => reading.next())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(ledger.rows).toMatchObject([{ outcome: 'UNAUTHENTICATED', estimated: true }]);
    expect(ledger.rows[0]?.cost).toBeGreaterThan(0);
    expect(budget.spent()).toBe(ledger.rows[0]?.cost);
    expect(budget.held()).toBe(0);
    expect(held()).toBe(0);
  });

  it('a call whose key is revoked is not tried anywhere else, and blames no deployment', async () => {
    const { leases, revoke } = revocable();
    const [first, second] = [hangs(), says('Hi.')];
    const { handle } = gateway([route('default', [first, second])], { leases });
    const asked = call();
    const answer = collect(handle(request, asked));
    answer.catch(() => {});
    while (first.running() === 0) await new Promise((resolve) => setImmediate(resolve));
    revoke();
    await expect(answer).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'The key was revoked.' });
    expect(second.asked).toHaveLength(0);
  });
});

describe('the lease of a call', () => {
  it('the lease of a call is given back on every ending', async () => {
    const { leases, held } = revocable();
    const { handle } = gateway([route('default', [says('Hi.')]), route('broken', [breaks('one')]), route('slow', [hangs('Hello')])], {
      leases,
    });
    await collect(handle(request, call()));
    await expect(collect(handle(request, call({ route: 'broken' })))).rejects.toThrow();
    const left = call({ route: 'slow' });
    const answer = collect(handle(request, left));
    left.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    const reading = handle(request, call({ route: 'slow' }))[Symbol.asyncIterator]();
    await reading.next();
    expect(held()).toBe(1);
    await reading.return?.();
    await handle(request, call())[Symbol.asyncIterator]().return?.();
    expect(held()).toBe(0);
  });
});
