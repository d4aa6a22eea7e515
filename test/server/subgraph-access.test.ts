import { expect, it } from 'vitest';
import { askForOperation, authorizeField } from '../../src/server/subgraph-access.ts';
import { call } from '../doubles.ts';

const context = { principal: call().principal, headers: { 'x-shop-user': 'ada' }, signal: new AbortController().signal };

it('a subgraph is asked with the headers and the signal of the operation', () => {
  expect(askForOperation.clientHeaders(context)).toBe(context.headers);
  expect(askForOperation.signal(context)).toBe(context.signal);
});

it('a field is for the principal that has its scopes, and refused with FORBIDDEN to others', () => {
  const field = { coordinate: 'Product.cost', authenticated: true, policies: [] };
  expect(authorizeField(context, { ...field, scopes: [[['ai:use']]] })).toBeNull();
  expect(authorizeField(context, { ...field, scopes: [[['shop:cost']]] })).toMatchObject({ code: 'FORBIDDEN' });
});

it('a field under a policy that was not judged for the operation is refused', () => {
  const field = { coordinate: 'Product.cost', authenticated: false, scopes: [], policies: [[['owner']]] };
  expect(authorizeField(context, field)).toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringContaining('Product.cost is under a policy'),
  });
});
