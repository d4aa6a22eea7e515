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
/** Stands in the type of a setting for a name of that kind. */
export interface NameOf<K extends keyof Names> {
  readonly [named]: K;
}

declare const settings: unique symbol;
/** Stands in the type of a setting for the settings of a section. */
export interface SectionOf<S> {
  readonly [settings]: S;
}

declare const members: unique symbol;
/** Stands in the type of a setting for an object with a member for each name; K: their kind, or null. */
export interface EachOf<T, K> {
  readonly [members]: readonly [T, K];
}

/** What is known beside the value itself. */
export interface Place {
  /** Where relative paths begin. */
  readonly folder: string;
  readonly names: (kind: keyof Names) => readonly string[];
}

/** Sentences, each with the path of what is wrong. */
export type FindMistakes = (path: string, value: unknown, place: Place) => readonly string[];

/** What the reference says of a setting beside its description. */
export interface SettingFacts {
  readonly type: string;
  readonly unit?: string;
  /** Ends the sentence that begins with "It must be". */
  readonly accepted: string;
  /** The default in words, where it is not a fixed value. */
  readonly otherwise?: string;
  /** What an object or each entry of a list is made of. */
  readonly within?: readonly AnySetting[];
}

/** T: its type, with the marks above. D: the type of its default; undefined: it has none. */
export interface Setting<T, D = unknown, Needed extends boolean = boolean> {
  /** In types alone. */
  readonly holds?: T;
  readonly default: D;
  readonly needed: Needed;
  readonly facts: SettingFacts;
  readonly mistakes: FindMistakes;
  /** The same of an entry of a list; `path` is that of the list. */
  readonly entryMistakes: (path: string, index: number, value: unknown, place: Place) => readonly string[];
}

export type AnySetting = Setting<unknown>;
/** In the order in which they are listed. */
export type Table = Readonly<Record<string, AnySetting>>;

/** Either a fixed value, or in words what holds without the setting. */
export interface DefaultOptions<D> {
  readonly default?: D;
  readonly otherwise?: string;
}

/** A setting whose entries in a list go by their number: `graph.subgraphs.0`. */
export function settingOf<T, D>(
  facts: SettingFacts,
  { default: value, otherwise }: DefaultOptions<D>,
  mistakes: FindMistakes,
): Setting<T, D, false> {
  return {
    // Left out where D is undefined.
    default: value as D,
    needed: false,
    facts: otherwise === undefined ? facts : { ...facts, otherwise },
    mistakes,
    entryMistakes: (path, index, entry, place) => mistakes(`${path}.${index}`, entry, place),
  };
}

/** A setting without parts. `refusal`: the end of the sentence about a value that is not accepted; null: it is. */
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

/** A setting that a section cannot do without. */
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

/** What is written for a setting, in a configuration that has these names. */
export type ValueOf<S, N extends Names = Names> = S extends Setting<infer T, infer _D, infer _N> ? Unmarked<T, N> : never;

/** What is written for a table of settings. Mapped over the table itself, so that editors find the comments of its settings. */
export type SettingsOf<S, N extends Names = Names> = { readonly [K in keyof Pick<S, NeededNames<S>>]: ValueOf<S[K], N> } & {
  readonly [K in keyof Omit<S, NeededNames<S>>]?: ValueOf<S[K], N>;
};

/** The same with the defaults filled in. */
export type FilledSettings<S> = Omit<SettingsOf<S>, DefaultedNames<S>> & { readonly [K in DefaultedNames<S>]: ValueOf<S[K]> };
