import { getCountries } from 'libphonenumber-js/min';
import { expect, it } from 'vitest';
import { isPhoneCountry } from '../../../src/pipeline/guard/masking/phone-countries.ts';

it('a country of guard.phoneCountries is one whose telephone numbers libphonenumber knows', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => `${first}${second}`));
  expect(codes.filter(isPhoneCountry).toSorted()).toEqual(getCountries().toSorted());
  expect(['UK', 'de', 'DEU', '', '+49'].filter(isPhoneCountry)).toEqual([]);
});
