/** Settings that are a text, a name, a file, or true or false. */
import { existsSync } from 'node:fs';
import { nanoUsdOf } from '../../core/money.ts';
import { listNames } from '../mistake-sentences.ts';
import { pathIn } from '../path-in.ts';
import { type DefaultOptions, leafOf, mustBe, type NameOf, type Names, type Setting } from './setting.ts';

export interface TextOptions<D> extends DefaultOptions<D> {
  readonly accepted?: string;
  /** Which texts are accepted. Absent: all. */
  readonly fits?: (text: string) => boolean;
  /** Words that replace "It must be …" and say what is accepted. */
  readonly refusal?: string;
  /** Words after "is empty.". Absent: an empty text is accepted. */
  readonly whenEmpty?: string;
}

export function text<const D extends string | undefined = undefined>(options: TextOptions<D> = {}): Setting<string, D, false> {
  const { accepted = 'text', fits = () => true, refusal = `It must be ${accepted}.`, whenEmpty } = options;
  const setting = leafOf<string, D>({ type: 'text', accepted }, options, (value) =>
    typeof value === 'string' && fits(value) ? null : `. ${refusal}`,
  );
  if (whenEmpty === undefined) return setting;
  const mistakes: typeof setting.mistakes = (path, value, place) =>
    typeof value === 'string' && value.trim() === '' ? [`${path} is empty. ${whenEmpty}`] : setting.mistakes(path, value, place);
  return { ...setting, mistakes };
}

/** US dollars, as decimal text: money in a floating-point number would be rounded. */
export const usd = (example: string, options: DefaultOptions<string> = {}): Setting<string, undefined, false> => {
  const accepted = `US dollars as text, such as "${example}"`;
  return leafOf({ type: 'text', unit: 'US dollars', accepted }, { ...options, default: undefined }, (value) =>
    typeof value === 'string' && nanoUsdOf(value) !== null ? null : mustBe(accepted),
  );
};

export function flag<const D extends boolean | undefined = undefined>(options: DefaultOptions<D> = {}): Setting<boolean, D, false> {
  return leafOf({ type: 'true or false', accepted: 'true or false' }, options, (value) =>
    typeof value === 'boolean' ? null : mustBe('true or false'),
  );
}

/** Accepts one of the texts. `plural` begins the list of them: "Levels: debug, info." */
export function oneOf<const T extends string, const D extends T | undefined = undefined>(
  texts: readonly T[],
  { plural, ...options }: DefaultOptions<D> & { readonly plural: string },
): Setting<T, D, false> {
  const accepted = `one of ${texts.map((one) => `"${one}"`).join(', ')}`;
  return leafOf({ type: 'text', accepted }, options, (value) =>
    (texts as readonly unknown[]).includes(value) ? null : `. ${plural}: ${texts.join(', ')}.`,
  );
}

/** A file or a folder that must exist. */
export const file = (options: DefaultOptions<string> = {}): Setting<string, undefined, false> => {
  const accepted = 'a path that is there; relative paths begin at the configuration';
  const setting = leafOf<string, undefined>({ type: 'text', accepted }, { ...options, default: undefined }, (value, { folder }) => {
    if (typeof value !== 'string') return mustBe('a path');
    return existsSync(pathIn(folder, value)) ? null : `, which is not there. Paths begin at ${folder}.`;
  });
  return { ...setting, entryMistakes: (path, index, value, place) => setting.mistakes(`${path}.${index}`, value, place) };
};

const kinds: Readonly<Record<keyof Names, string>> = {
  providers: 'provider',
  deployments: 'deployment',
  routes: 'route',
  collections: 'collection',
};

/** A name that another part of the configuration gives. */
export const nameOf = <K extends keyof Names>(kind: K): Setting<NameOf<K>, undefined, false> =>
  leafOf(
    { type: 'text', accepted: `the name of a ${kinds[kind]}` },
    {},
    (value, { names }) =>
      typeof value === 'string' && names(kind).includes(value) ? null : `. ${capitalised(kind)}: ${listNames(names(kind))}.`,
    'names',
  );

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
