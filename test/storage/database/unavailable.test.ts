import { expect, it } from 'vitest';
import { asGatewayError, GatewayError } from '../../../src/core/errors.ts';
import { isUnavailable, refusedWith, unavailable } from '../../../src/storage/database/unavailable.ts';

const sqliteError = (errcode: number, message = 'as SQLite says'): Error => Object.assign(new Error(message), { errcode });

it.each([
  [5, 'busy', true],
  [261, 'busy', true],
  [6, 'busy', true],
  [13, 'full', true],
  [8, 'may not be written', true],
  [778, 'cannot be reached on its disk', true],
  [14, 'cannot be reached on its disk', true],
  [522, 'damaged, emptied or exchanged', false],
  [11, 'damaged, emptied or exchanged', false],
  [26, 'damaged, emptied or exchanged', false],
])('an error of SQLite with code %i says "%s", and whether to try again', (errcode, words, retryable) => {
  const error = asGatewayError(unavailable(sqliteError(errcode)));
  expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable, cause: { errcode }, details: { about: 'gateway' } });
  expect(error.message).toContain(words);
  expect(error.message).not.toContain('as SQLite says');
  expect(error.details.retryAfterMs === undefined).toBe(!retryable);
});

it('a table that is missing was lost with its database; any other mistake in SQL is a fault of ours', () => {
  expect(unavailable(sqliteError(1, 'no such table: items'))).toMatchObject({ retryable: false });
  for (const ours of [sqliteError(1, 'near "selec": syntax error'), sqliteError(19), new Error('no such table'), 'text', undefined]) {
    expect(unavailable(ours)).toBe(ours);
    expect(isUnavailable(ours)).toBe(false);
  }
});

it('what was not done stands before what is the matter; other refusals are handed on', () => {
  const refused = refusedWith('Nothing was changed.', unavailable(sqliteError(13)));
  expect(refused).toMatchObject({ message: expect.stringMatching(/^Nothing was changed\. The disk .* is full/), cause: { errcode: 13 } });
  const other = new GatewayError('BUDGET_EXCEEDED', 'No.');
  expect(refusedWith('Nothing was changed.', other)).toBe(other);
});
