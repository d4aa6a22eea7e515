import { describe, expect, it } from 'vitest';
import type { Guardrail } from '../../../src/pipeline/guard/guardrail.ts';
import { guardRoutes } from '../../../src/pipeline/guard/route-guards.ts';
import { aCall } from './calls.ts';

const named = (name: string): Guardrail => ({ name, on: ['input'], window: 'sentence', check: async () => ({ action: 'allow' }) });

describe('the guards of a route', () => {
  const [everywhere, careful] = [named('everywhere'), named('careful')];
  const guards = guardRoutes(
    ['fast', 'private'],
    [
      { routes: '*', guardrail: everywhere },
      { routes: ['private'], guardrail: careful },
    ],
    ['private'],
  );

  it('the guards of a route are those of all routes and its own, in the order of the configuration', () => {
    expect(guards.guardrails('fast', {})).toEqual([everywhere]);
    expect(guards.guardrails('private', {})).toEqual([everywhere, careful]);
  });

  it('the guards of a route are joined by those that the caller has by its team, each once', () => {
    expect(guards.guardrails('fast', { guardrails: ['everywhere', 'careful'] })).toEqual([everywhere, careful]);
  });

  it('the guards of a route refuse everything where the caller has one that the configuration has no more', () => {
    const [, gone] = guards.guardrails('fast', { guardrails: ['gone'] });
    expect(gone).toMatchObject({ name: 'gone', on: ['input', 'output'] });
    expect(() => gone?.check('Hi.', aCall())).toThrow('no guardrail "gone"');
  });

  it('the guards of a route mask the completions of the routes that are named, and no embedding', () => {
    expect([guards.mask('private', 'completion'), guards.mask('private', 'embedding'), guards.mask('fast', 'completion')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(guards.isMasked('private')).toBe(true);
  });

  it('the guards of a route mask all completions where all routes are named, and none where nothing is', () => {
    expect(guardRoutes(['fast'], [], '*').mask('fast', 'completion')).toBe(true);
    expect(guardRoutes(['fast'], [], undefined).mask('fast', 'completion')).toBe(false);
  });
});
