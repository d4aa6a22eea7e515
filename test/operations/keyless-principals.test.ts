import { describe, expect, it } from 'vitest';
import { anonymousOf, serviceOf } from '../../src/operations/keyless-principals.ts';
import { embeddedProvider } from '../../src/providers/embedded/embedded.ts';
import { route, says } from '../doubles.ts';

describe('the caller without a key in development', () => {
  it('the caller without a key in development may use the routes of the embedded provider alone: every other one costs somebody money or sends text away', () => {
    const free = route('free', [embeddedProvider()]);
    const paid = route('paid', [says('Hi.')]);
    const mixed = route('mixed', [embeddedProvider(), says('Hi.')]);
    const anonymous = anonymousOf(new Map([free, paid, mixed].map((one) => [one.name, one])));
    expect(anonymous).toMatchObject({ kind: 'anonymous', team: null, routes: ['free'] });
    expect(anonymous.scopes).not.toContain('ai:admin');
  });
});

it('the gateway does its own work under a name that no key can have, and may not make keys', () => {
  expect(serviceOf('index')).toMatchObject({ id: 'service:index', kind: 'service', scopes: ['ai:use', 'ai:ingest'] });
});
