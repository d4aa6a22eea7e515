/** The time zone in which the console shows times and begins days. It is in the address of each page, so that a copied one means the same. */

import { useHashSearch } from './hash-location.ts';
import { codecOf, placeOf, textParam, useUrlState } from './url-state.ts';

export const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

function isZone(zone: string): boolean {
  try {
    return zone !== '' && Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** All that the browser knows, `UTC` first. */
export const zones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

const codec = codecOf({ tz: textParam() });

export function useTimeZone(): readonly [string, (zone: string) => void] {
  const [{ tz }, change] = useUrlState(codec);
  return [isZone(tz) ? tz : ownZone, (zone) => change({ tz: zone === ownZone ? '' : zone })];
}

/** The address of another page, in the same time zone: for `<a href>`. */
export function useHref(): (path: string, query?: Readonly<Record<string, string>>) => string {
  const { tz } = codec.read(useHashSearch());
  return (path, query = {}) => `#${placeOf(path, String(new URLSearchParams(tz === '' ? query : { ...query, tz })))}`;
}
