import { describe, expect, it } from 'vitest';
import { collect } from '../../src/core/chunk.ts';
import { breaks, call, gateway, hangs, request, route, says, slots } from '../doubles.ts';

const limitedPrincipal = { ...call().principal, limits: [{ kind: 'concurrency' as const, name: 'key:a', most: 1 }] };

describe('the limits', () => {
  it('the step of limits refuses a route that is not the principal’s, and names those that are', async () => {
    const { handle } = gateway([route('default', [says('Hi.')])]);
    const principal = { ...call().principal, routes: ['cheap', 'local'] };
    await expect(collect(handle(request, call({ principal })))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'You may not use the route "default". Routes that you may use: cheap, local.',
    });
  });

  it('the step of limits frees its slot on every ending', async () => {
    const limits = slots(1);
    const { handle } = gateway([route('default', [says('Hi.')]), route('broken', [breaks('one two')]), route('slow', [hangs('Hello')])], {
      limits,
    });
    await collect(handle(request, call({ principal: limitedPrincipal })));
    await expect(collect(handle(request, call({ principal: limitedPrincipal, route: 'broken' })))).rejects.toThrow();
    const iterator = handle(request, call({ principal: limitedPrincipal, route: 'slow' }))[Symbol.asyncIterator]();
    await iterator.next();
    expect(limits.taken()).toBe(1);
    await expect(collect(handle(request, call({ principal: limitedPrincipal })))).rejects.toMatchObject({ code: 'CONCURRENCY_LIMITED' });
    await iterator.return?.();
    expect(limits.taken()).toBe(0);
    expect(limits.admitted()).toBe(3);
  });

  it('the step of limits counts a call once, whatever it is retried, and counts hits', async () => {
    const limits = slots(1);
    const { handle } = gateway([route('default', [breaks('', 'RATE_LIMITED'), says('Hi.')], { cacheSeconds: 60 })], { limits });
    await collect(handle(request, call({ principal: limitedPrincipal })));
    await collect(handle(request, call({ principal: limitedPrincipal })));
    expect(limits.admitted()).toBe(2);
  });

  it('the step of limits gives a slot back that came after the client had left', async () => {
    const admitting = Promise.withResolvers<void>();
    const limits = slots(1);
    const slow = { admit: async () => admitting.promise.then(() => limits.admit([])) };
    const { handle } = gateway([route('default', [says('Hi.')])], { limits: slow });
    const asked = call({ principal: limitedPrincipal });
    const answer = collect(handle(request, asked));
    asked.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    admitting.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(limits.taken()).toBe(0);
    expect(limits.admitted()).toBe(1);
  });
});
