/** Reads the provider options of a request by the names under which routes allow them. */
import { GatewayError } from '../core/errors.ts';
import { isObject } from './json-fields.ts';

const accepted = { text: 'a text', count: 'a number', flag: 'true or false', list: 'a list', object: 'an object' } as const;
type Accepts = keyof typeof accepted;

/** What each option of a wire accepts. */
export type KnownOptions = Readonly<Record<string, Accepts | readonly Accepts[]>>;

const is = (accepts: Accepts, value: unknown): boolean => {
  switch (accepts) {
    case 'text':
      return typeof value === 'string';
    case 'count':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
  }
};

export interface ProviderOptions {
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** Whatever the option accepts. */
  value(name: string): unknown;
  /** Whether it is set, if only to null: a default does not apply then. */
  has(name: string): boolean;
}

/**
 * Throws BAD_REQUEST for a value that an option does not accept; null leaves an option out. Options that are not known get a warning.
 * `of`: whose options they are, as in "the Responses API".
 */
export function readProviderOptions(
  given: Readonly<Record<string, unknown>>,
  { known, of }: { readonly known: KnownOptions; readonly of: string },
  warn: (message: string) => void,
): ProviderOptions {
  const kept = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const accepts = Object.hasOwn(known, name) ? known[name] : undefined;
    if (accepts === undefined) {
      warn(`The provider option ${name} is not one of ${of}; it was left out.`);
      continue;
    }
    const all: readonly Accepts[] = typeof accepts === 'string' ? [accepts] : accepts;
    if (value === null || value === undefined || all.some((one) => is(one, value))) kept.set(name, value ?? null);
    else throw new GatewayError('BAD_REQUEST', `The provider option ${name} accepts ${all.map((one) => accepted[one]).join(' or ')}.`);
  }
  return {
    text: (name) => (typeof kept.get(name) === 'string' ? (kept.get(name) as string) : undefined),
    flag: (name) => (typeof kept.get(name) === 'boolean' ? (kept.get(name) as boolean) : undefined),
    value: (name) => kept.get(name) ?? undefined,
    has: (name) => kept.has(name),
  };
}

/** For the caller, where a model has no such setting. `why`: a sentence, or empty. */
export const unsupported = (feature: string, why = ''): string =>
  `The model does not support ${feature}; it was left out or changed.${why === '' ? '' : ` ${why}`}`;
