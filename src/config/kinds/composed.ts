/** Settings that consist of other settings: lists, objects with one member per name, and alternatives. */
import { listNames, showValue } from '../mistake-sentences.ts';
import {
  type DefaultOptions,
  type EachOf,
  type FindMistakes,
  leafOf,
  mustBe,
  type NameOf,
  type Names,
  type Setting,
  settingOf,
} from './setting.ts';
import { nameOf } from './texts.ts';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface ListOptions<D> extends DefaultOptions<D> {
  readonly accepted?: string;
  /** Sentences about an empty list. Absent: an empty list is accepted. */
  readonly whenEmpty?: FindMistakes;
}

export function listOf<T, const D extends readonly unknown[] | undefined = undefined>(
  entry: Setting<T>,
  options: ListOptions<D> = {},
): Setting<readonly T[], D, false> {
  const { accepted = 'a list', whenEmpty } = options;
  const facts = {
    type: `list of ${entry.facts.type}`,
    accepted: options.accepted ?? `a list; each entry is ${entry.facts.accepted}`,
    within: [entry],
  };
  return settingOf(facts, options, (path, value, place) => {
    if (!Array.isArray(value)) return [`${path} is ${showValue(value)}${mustBe(accepted)}`];
    if (value.length === 0 && whenEmpty !== undefined) return whenEmpty(path, value, place);
    return value.flatMap((one: unknown, index) => entry.entryMistakes(path, index, one, place));
  });
}

/** An object whose names are chosen by the operator. `kind`: the names can be referred to by other settings. */
export function each<T, const K extends keyof Names | null = null>(member: Setting<T>, _kind?: K): Setting<EachOf<T, K>, undefined, false> {
  const facts = { type: 'object', accepted: 'an object', within: [member] };
  return settingOf(facts, {}, (path, value, place) => {
    if (!isObject(value)) return [`${path} is ${showValue(value)}. It must be an object with a member for each.`];
    return Object.entries(value).flatMap(([name, one]) => member.mistakes(`${path}.${name}`, one ?? null, place));
  }) as Setting<EachOf<T, K>, undefined, false>;
}

/** Accepts the constant, or what the setting accepts. */
export function constantOr<const V extends string | boolean | null, T, D>(
  constant: V,
  setting: Setting<T, D>,
  accepted: string,
): Setting<V | T, D, false> {
  return {
    default: setting.default,
    needed: false,
    facts: { ...setting.facts, type: `${constant === '*' ? '`*`' : constant} or ${setting.facts.type}`, accepted, within: [setting] },
    mistakes: (path, value, place) => (value === constant ? [] : setting.mistakes(path, value, place)),
    entryMistakes: (path, index, value, place) => (value === constant ? [] : setting.entryMistakes(path, index, value, place)),
  };
}

/** Accepts a function, or what the setting accepts. `what`: describes the function in words. */
export function functionOr<F, T, D>(setting: Setting<T, D>, what: string): Setting<F | T, D, false> {
  const facts = { ...setting.facts, type: `${setting.facts.type} or function`, accepted: `${setting.facts.accepted}, or ${what}` };
  const accepts: FindMistakes = (path, value, place) =>
    typeof value === 'function' ? [] : setting.mistakes(path, value, place).map((sentence) => `${sentence.slice(0, -1)}, or ${what}.`);
  return {
    default: setting.default,
    needed: false,
    facts,
    mistakes: accepts,
    entryMistakes: (path, index, value, place) => accepts(`${path}.${index}`, value, place),
  };
}

/** Accepts a text, or an object with more details. */
export function textOr<T>(short: Setting<string>, long: Setting<T>): Setting<string | T, undefined, false> {
  const facts = {
    type: `text or ${long.facts.type}`,
    accepted: `${short.facts.accepted}, or ${long.facts.accepted}`,
    within: [short, long],
  };
  const of = (value: unknown): Setting<unknown> => (isObject(value) ? long : short);
  return {
    default: undefined,
    needed: false,
    facts,
    mistakes: (path, value, place) => of(value).mistakes(path, value, place),
    entryMistakes: (path, index, value, place) => of(value).entryMistakes(path, index, value, place),
  };
}

/** Accepts a value that a factory of ours or of the operator has made. */
export const makeValue = <T>(
  type: string,
  accepted: string,
  isOne: (value: unknown) => boolean,
  mistakesOf: (value: T) => readonly string[] = () => [],
): Setting<T, undefined, false> => {
  const setting = leafOf<T, undefined>({ type, accepted }, {}, (value) => (isOne(value) ? null : mustBe(accepted)));
  return {
    ...setting,
    mistakes: (path, value, place) => {
      const found = setting.mistakes(path, value, place);
      return found.length > 0 ? found : mistakesOf(value as T).map((mistake) => `${path}: ${mistake}`);
    },
  };
};

const allOrNamed = '"*" for all, or a list of names of routes';

/** Names of routes, or `*` for all. */
export const routeNames = (otherwise?: string): Setting<'*' | readonly NameOf<'routes'>[], undefined, false> => {
  const names = listOf(nameOf('routes'), { accepted: allOrNamed, ...(otherwise === undefined ? {} : { otherwise }) });
  return { ...constantOr('*', names, allOrNamed), default: undefined };
};

/** Refuses an empty list. */
export const noneOf =
  (kind: keyof Names, word: string): FindMistakes =>
  (path, _, { names }) => [`${path} is empty. ${word}: ${listNames(names(kind))}.`];
