import { buildSchema, execute, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { refusal, rulesOf } from '../../src/access/rules.ts';
import { shielded } from '../../src/access/shield.ts';
import { principal } from '../graphql/fakes.ts';

const sdl = `
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
  type Query {
    open: String
    known: String @authenticated
    both: String @requiresScopes(scopes: [["a", "b"]])
    either: String @requiresScopes(scopes: [["a"], ["b"]])
  }`;

describe('a rule', () => {
  const rules = rulesOf(buildSchema(sdl));
  const refused = (field: string, changes: Parameters<typeof principal>[0]): string | undefined => {
    const rule = rules.get(`Query.${field}`);
    return rule === undefined ? undefined : refusal(`Query.${field}`, rule, principal(changes))?.code;
  };

  it('a rule stands only where the SDL has one', () => expect([...rules.keys()]).toEqual(['Query.known', 'Query.both', 'Query.either']));

  it('a rule is read once from each schema, however many fields are judged by it', () => {
    const schema = buildSchema(sdl);
    expect(rulesOf(schema)).toBe(rulesOf(schema));
    expect(rulesOf(buildSchema(sdl))).not.toBe(rulesOf(schema));
  });

  it('a rule needs all scopes of one alternative', () => {
    expect(refused('both', { scopes: ['a'] })).toBe('FORBIDDEN');
    expect(refused('both', { scopes: ['a', 'b', 'c'] })).toBeUndefined();
    expect(refused('either', { scopes: ['b'] })).toBeUndefined();
    expect(refused('either', { scopes: [] })).toBe('FORBIDDEN');
  });

  it('a rule lets any key pass @authenticated, and an anonymous caller only in development, where it has scopes and a route', () => {
    expect(refused('known', { scopes: [] })).toBeUndefined();
    expect(refused('known', { kind: 'anonymous', scopes: ['ai:use'] })).toBeUndefined();
    expect(refused('known', { kind: 'anonymous', scopes: [] })).toBe('UNAUTHENTICATED');
    expect(refused('known', { kind: 'anonymous', scopes: ['ai:use'], routes: [] })).toBe('UNAUTHENTICATED');
    expect(refused('both', { kind: 'anonymous', scopes: ['a', 'b'], routes: [] })).toBe('UNAUTHENTICATED');
  });

  it('a rule tells a key which scopes would do, and an anonymous caller to send a key', () => {
    const rule = { scopes: [['a', 'b'], ['c']] };
    expect(refusal('Query.x', rule, principal({ scopes: ['d'] }))?.message).toBe('Query.x needs the scope a and b, or c. Your key has: d.');
    expect(refusal('Query.x', rule, principal({ kind: 'anonymous', scopes: ['d'] }))?.message).toContain('Authorization: Bearer');
  });

  it('a rule refuses when a door forgot to say who asks', () => {
    expect(refusal('Query.x', { scopes: null }, undefined)?.code).toBe('UNAUTHENTICATED');
  });
});

describe('a shielded schema', () => {
  const schema = shielded(buildSchema(sdl));
  const ask = (field: string, scopes: readonly string[]) =>
    execute({
      schema,
      document: parse(`{ ${field} }`),
      rootValue: { open: 'open', known: 'known', both: 'both', either: 'either' },
      contextValue: { principal: principal({ scopes }) },
    });

  it('a shielded schema resolves a guarded field for whom its rule lets pass', async () => {
    expect(await ask('both', ['a', 'b'])).toEqual({ data: { both: 'both' } });
  });

  it('a shielded schema nulls a guarded field for anybody else, with the reason', async () => {
    const { data, errors } = await ask('both', ['a']);
    expect(data).toEqual({ both: null });
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('a shielded schema leaves a field without a rule as it was', async () => {
    expect(schema.getQueryType()?.getFields()['open']?.resolve).toBeUndefined();
    expect(await ask('open', [])).toEqual({ data: { open: 'open' } });
  });
});
