import { describe, expect, it } from 'vitest';
import { withOthersHidden } from '../../../src/access/users/end-user.ts';
import { ownLimits, type Principal } from '../../../src/core/call/call.ts';
import type { Limit } from '../../../src/core/call/hold.ts';

const user = { id: 'u_ann', name: 'ann', revokedAt: null };
const budget = (name: string): Limit => ({ kind: 'budget', name, per: 'month', most: 5 });
const shared = ['key:a', 'agent:web:bot', 'team:web', 'organisation:acme'];
const own = ['user:u_ann', 'jwt:login:u_ann', 'session:key:a:u_ann:s', 'token:t'];

const told = (principal: Partial<Principal>): readonly string[] =>
  ownLimits(
    withOthersHidden({
      id: 'x',
      kind: 'key',
      team: 'web',
      scopes: [],
      routes: null,
      limits: [...shared, ...own].map(budget),
      ...principal,
    }),
  ).map(({ name }) => name);

describe('what a caller is told of budgets', () => {
  it.each<[string, Partial<Principal>, readonly string[]]>([
    ['The holder of a key is told of all', {}, [...shared, ...own]],
    ['A user of a key is told of his own alone, whatever the key may', { user, token: 't', scopes: ['ai:usage:all'] }, own],
    ['A user of a login is told of his own alone', { kind: 'jwt', user }, own.slice(0, 3)],
    [
      'A user of a login who sees the usage of his team is told of what that shares',
      { kind: 'jwt', user, scopes: ['ai:usage'] },
      ['agent:web:bot', 'team:web', ...own.slice(0, 3)],
    ],
    [
      'A user of a login who administers his organisation is told of what that shares',
      { kind: 'jwt', user, scopes: ['ai:teams'] },
      ['agent:web:bot', 'team:web', 'organisation:acme', ...own.slice(0, 3)],
    ],
  ])('%s', (_, principal, names) => {
    expect(told(principal)).toEqual(names);
  });

  it('A limit that is no budget is told as it is', () => {
    const rate: Limit = { kind: 'requests', name: 'team:web', perMinute: 5 };
    expect(withOthersHidden({ id: 'x', kind: 'jwt', user, team: 'web', scopes: [], routes: null, limits: [rate] }).limits).toEqual([rate]);
  });
});
