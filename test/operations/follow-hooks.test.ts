import { describe, expect, it } from 'vitest';
import type { PricedOperation } from '../../src/operations/admit.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { followHooks } from '../../src/operations/follow-hooks.ts';
import type { OperationHooks, OperationInput } from '../../src/operations/open.ts';

function namedHooks(name: string, seen: string[]): OperationHooks {
  return {
    authenticate: async () => {
      seen.push(`${name} authenticates`);
      throw new Error('not needed here');
    },
    openOperation: async () => {
      seen.push(`${name} opens`);
      return {} as OperationContext;
    },
    admitOperation: async () => {
      seen.push(`${name} admits`);
      return null;
    },
    closeOperation: () => void seen.push(`${name} closes`),
  };
}

describe('hooks that change while operations run', () => {
  it('hooks that change while operations run admit and close an operation by those that opened it, and open the next one by the new ones', async () => {
    const seen: string[] = [];
    let current = namedHooks('old', seen);
    const hooks = followHooks(() => current);
    const input = {} as OperationInput;
    const first = await hooks.openOperation(input);
    current = namedHooks('new', seen);
    await hooks.admitOperation(first, {} as PricedOperation);
    const second = await hooks.openOperation(input);
    await hooks.closeOperation(first);
    await hooks.closeOperation(second);
    expect(seen).toEqual(['old opens', 'old admits', 'new opens', 'old closes', 'new closes']);
  });
});
