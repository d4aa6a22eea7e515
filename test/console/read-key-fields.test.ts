import { describe, expect, it } from 'vitest';
import type { KeyRowFragment } from '../../src/console/pages/keys/keys.generated.ts';
import { changedFields, localText } from '../../src/console/pages/keys/read-key-fields.ts';

const key = {
  name: 'web',
  scopes: ['ai:use', 'ai:usage'],
  routes: null,
  monthlyBudget: '20',
  requestsPerMinute: 60,
  expiresAt: '2027-01-01T12:30:45.678Z',
} as unknown as KeyRowFragment;

function formOf(changes: Readonly<Record<string, string | readonly string[]>> = {}): FormData {
  const form = new FormData();
  const shown = {
    name: 'web',
    scopes: ['ai:usage', 'ai:use'],
    monthlyBudget: '20',
    requestsPerMinute: '60',
    expiresAt: localText(key.expiresAt),
  };
  for (const [name, value] of Object.entries({ ...shown, ...changes })) for (const text of [value].flat()) form.append(name, text);
  return form;
}

describe('the form of a key', () => {
  it('the form of a key sends nothing that was not changed, so that what others changed meanwhile stays', () => {
    expect(changedFields(formOf(), key)).toEqual({});
    expect(changedFields(formOf({ name: 'site' }), key)).toEqual({ name: 'site' });
  });

  it('the form of a key sends null for a limit that was emptied, and lists whole', () => {
    const form = formOf({ monthlyBudget: '', requestsPerMinute: '30', scopes: ['ai:use'], routes: ['fast'], expiresAt: '' });
    expect(changedFields(form, key)).toEqual({
      ...{ monthlyBudget: null, requestsPerMinute: 30, scopes: ['ai:use'], routes: ['fast'], expiresAt: null },
    });
  });
});
