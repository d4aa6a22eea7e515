/** Reads the parts of an input that say how to make a call. All AI fields have them. */
import type { CachePolicy } from '../../core/call/call.ts';
import type { CacheInput, InputMaybe } from '../generated.ts';
import { checkWhole, jsonObject, refuse } from '../refuse.ts';

const maxTags = 16;
const noTags: Readonly<Record<string, string>> = {};

export function cachePolicyOf(cache: InputMaybe<CacheInput> | undefined): CachePolicy {
  if (cache === null || cache === undefined) return { mode: 'default', maxAgeSeconds: null };
  checkWhole('cache.maxAgeSeconds', cache.maxAgeSeconds, 0, Number.MAX_SAFE_INTEGER);
  const modes = { DEFAULT: 'default', BYPASS: 'bypass', REFRESH: 'refresh' } as const;
  return { mode: modes[cache.mode ?? 'DEFAULT'], maxAgeSeconds: cache.maxAgeSeconds ?? null };
}

export function tagsOf(tags: unknown): Readonly<Record<string, string>> {
  const given = jsonObject('tags', tags, '{ "feature": "search" }');
  const names = Object.keys(given);
  if (names.length === 0) return noTags;
  if (names.length > maxTags) refuse(`tags has ${names.length} members. At most ${maxTags} are kept.`);
  return Object.fromEntries(
    names.map((name) => {
      const value = given[name];
      if (typeof value !== 'string')
        refuse(`tags.${name.slice(0, 64)} is not text. Every tag must be a string, such as { "feature": "search" }.`);
      if (name.length > 64 || value.length > 256)
        refuse(`The tag "${name.slice(0, 64)}" is too long: a name has at most 64 characters, a value 256.`);
      return [name, value];
    }),
  );
}

export function idempotencyKeyOf(key: InputMaybe<string> | undefined): string | null {
  if (key === null || key === undefined) return null;
  if (key === '' || key.length > 255) refuse('idempotencyKey must have 1 to 255 characters, such as a UUID.');
  return key;
}
