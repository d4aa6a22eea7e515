/**
 * A setting of `gateway.config.ts`: its type, its default, what it accepts, and the sentences about a value that it does not.
 *
 * Ours, because a schema library finds that a value is wrong but not what to write instead: every sentence names the path, the
 * value as it stands in the file, and what would be accepted. The description of a setting is the comment above it in its
 * section: editors show it where the setting is written, and `schema/CONFIG.md` is made from it.
 */
import { showValue } from '../mistake-sentences.ts';

/** Names that the configuration gives and refers to. In types, so that a name that nothing has is red in the editor. */
export interface Names {
  readonly providers: string;
  readonly deployments: string;
  readonly routes: string;
  readonly collections: string;
}

declare const named: unique symbol;
/** Marks, in the type of a setting, a name of that kind. */
export interface NameOf<K extends keyof Names> {
  readonly [named]: K;
}

declare const settings: unique symbol;
/** Marks, in the type of a setting, the settings of a section. */
export interface SectionOf<S> {
  readonly [settings]: S;
}

declare const members: unique symbol;
/** Marks, in the type of a setting, an object with one member per name. K is the kind of the names, or null. */
export interface EachOf<T, K> {
  readonly [members]: readonly [T, K];
}

/** What a check knows beside the value. */
export interface Place {
  /** Folder in which relative paths begin. */
  readonly folder: string;
  readonly names: (kind: keyof Names) => readonly string[];
}

/** Returns sentences, each with the path of the wrong value. */
export type FindMistakes = (path: string, value: unknown, place: Place) => readonly string[];

/** What the reference shows of a setting beside its description. */
export interface SettingFacts {
  readonly type: string;
  readonly unit?: string;
  /** End of the sentence that begins with "It must be". */
  readonly accepted: string;
  /** The default in words, when it is not a fixed value. */
  readonly otherwise?: string;
  /** The settings that an object, or each entry of a list, consists of. */
  readonly within?: readonly AnySetting[];
}

/** T: the type of the setting, with the marks above. D: the type of its default; undefined: there is none. */
export interface Setting<T, D = unknown, Needed extends boolean = boolean> {
  /** Exists in types only. */
  readonly holds?: T;
  readonly default: D;
  readonly needed: Needed;
  readonly facts: SettingFacts;
  readonly mistakes: FindMistakes;
  /** Checks an entry of a list. `path` is the path of the list. */
  readonly entryMistakes: (path: string, index: number, value: unknown, place: Place) => readonly string[];
}

export type AnySetting = Setting<unknown>;
/** Settings in the order in which they are listed. */
export type Table = Readonly<Record<string, AnySetting>>;

/** A default is a fixed value, or words for what holds without the setting. */
export interface DefaultOptions<D> {
  readonly default?: D;
  readonly otherwise?: string;
}

/** Entries of a list are named by their index: `graph.subgraphs.0`. */
export function settingOf<T, D>(
  facts: SettingFacts,
  { default: value, otherwise }: DefaultOptions<D>,
  mistakes: FindMistakes,
): Setting<T, D, false> {
  return {
    // Omitted when D is undefined.
    default: value as D,
    needed: false,
    facts: otherwise === undefined ? facts : { ...facts, otherwise },
    mistakes,
    entryMistakes: (path, index, entry, place) => mistakes(`${path}.${index}`, entry, place),
  };
}

/** A setting without parts. `refusal` returns the end of the sentence about a refused value, or null when the value is accepted. */
export function leafOf<T, D>(
  facts: SettingFacts,
  options: DefaultOptions<D>,
  refusal: (value: unknown, place: Place) => string | null,
  verb: 'has' | 'names' = 'has',
): Setting<T, D, false> {
  const told = (subject: string, value: unknown, place: Place): readonly string[] => {
    const end = refusal(value, place);
    return end === null ? [] : [`${subject} ${showValue(value)}${end}`];
  };
  const setting = settingOf<T, D>(facts, options, (path, value, place) => told(`${path} is`, value, place));
  return { ...setting, entryMistakes: (path, _, value, place) => told(`${path} ${verb}`, value, place) };
}

export const mustBe = (accepted: string): string => `. It must be ${accepted}.`;

/** Makes a setting required in its section. */
export const needed = <T, D>(setting: Setting<T, D>): Setting<T, D, true> => ({ ...setting, needed: true });

type NeededNames<S> = { [K in keyof S]: S[K] extends Setting<infer _T, infer _D, true> ? K : never }[keyof S];
type DefaultedNames<S> = {
  [K in keyof S]: S[K] extends Setting<infer _T, infer D, boolean> ? (undefined extends D ? never : K) : never;
}[keyof S];

/** T without its marks. */
type Unmarked<T, N extends Names> =
  T extends NameOf<infer K>
    ? NoInfer<N[K]>
    : T extends SectionOf<infer S>
      ? SettingsOf<S, N>
      : T extends EachOf<infer M, infer K>
        ? Readonly<Record<K extends keyof Names ? N[K] : string, Unmarked<M, N>>>
        : T extends readonly (infer Entry)[]
          ? readonly Unmarked<Entry, N>[]
          : T;

/** Type of the value of a setting, in a configuration with the names N. */
export type ValueOf<S, N extends Names = Names> = S extends Setting<infer T, infer _D, infer _N> ? Unmarked<T, N> : never;

/** Type of a table of settings. It is mapped over the table itself, so that editors find the comments of the settings. */
export type SettingsOf<S, N extends Names = Names> = { readonly [K in keyof Pick<S, NeededNames<S>>]: ValueOf<S[K], N> } & {
  readonly [K in keyof Omit<S, NeededNames<S>>]?: ValueOf<S[K], N>;
};

/** The same type with the defaults filled in. */
export type FilledSettings<S> = Omit<SettingsOf<S>, DefaultedNames<S>> & { readonly [K in DefaultedNames<S>]: ValueOf<S[K]> };
