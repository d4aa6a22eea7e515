/**
 * A section is a table of settings. The table gives the type of what is written, the sentences about unknown names and wrong values, the defaults,
 * and a table of the reference.
 */
import { nearestName } from '../../core/nearest-name.ts';
import { showValue } from '../mistake-sentences.ts';
import { isObject } from './composed.ts';
import { type FilledSettings, type Place, type SectionOf, type Setting, type SettingsOf, settingOf, type Table } from './setting.ts';

/** A rule about several settings of one section. It is checked when each of the settings it reads is valid by itself. */
export interface Rule<S> {
  readonly reads: readonly (keyof S)[];
  readonly mistakes: (settings: SettingsOf<S>, path: string, place: Place) => readonly string[];
}

export interface Section<S extends Table> extends Setting<SectionOf<S>, undefined, false> {
  /** Name in the reference: `routes.<name>.hedge`. */
  readonly name: string;
  readonly table: S;
  readonly options: SectionOptions<S>;
}

export interface SectionOptions<S> {
  readonly rules?: readonly Rule<S>[];
  /** New names of renamed settings, by their old names. */
  readonly renamed?: Readonly<Record<string, string>>;
}

export function section<const S extends Table>(name: string, table: S, options: SectionOptions<S> = {}): Section<S> {
  const { rules = [], renamed = {} } = options;
  const names = Object.keys(table);
  const settings = new Map(Object.entries(table));
  const accepted = `an object with settings: ${names.join(', ')}`;
  const setting = settingOf<SectionOf<S>, undefined>({ type: 'object', accepted }, {}, (path, value, place) => {
    if (!isObject(value)) return [`${path} is ${showValue(value)}. It must be ${accepted}.`];
    const at = (member: string): string => (path === '' ? member : `${path}.${member}`);
    const wrong = new Set<PropertyKey>();
    const found: string[] = [];
    for (const [member, one] of Object.entries(value)) {
      const known = settings.get(member);
      if (known === undefined) found.push(unknownSetting(at(member), member, path === '' ? 'Settings' : 'Settings here'));
      if (known === undefined || one === undefined) continue;
      const mistakes = known.mistakes(at(member), one, place);
      if (mistakes.length > 0) wrong.add(member);
      found.push(...mistakes);
    }
    for (const [member, { needed, facts }] of settings) {
      if (!needed || value[member] !== undefined) continue;
      wrong.add(member);
      found.push(`${at(member)} is missing. It must be ${facts.accepted}.`);
    }
    for (const { reads, mistakes } of rules)
      if (!reads.some((member) => wrong.has(member))) found.push(...mistakes(value as SettingsOf<S>, path, place));
    return found;
  });

  function unknownSetting(path: string, member: string, settingsHere: string): string {
    if (Object.hasOwn(renamed, member)) return `${path} is named ${renamed[member]} now. Write ${renamed[member]} in its place.`;
    const meant = nearestName(member, names);
    const listed = `${settingsHere}: ${names.join(', ')}.`;
    if (meant === null) return `${path} is no setting. ${listed}`;
    return `${path} is no setting.${names.length > maxListed ? '' : ` ${listed}`} Did you mean ${meant}?`;
  }

  return { ...setting, default: undefined, name, table, options };
}

/** The section with more rules. */
export const withRules = <S extends Table>({ name, table, options }: Section<S>, rules: readonly Rule<S>[]): Section<S> =>
  section(name, table, { ...options, rules: [...(options.rules ?? []), ...rules] });

/** In a longer list, the right name would be hard to find. */
const maxListed = 20;

/** Adds the defaults of the section. */
export function withDefaults<S extends Table>({ table }: Section<S>, given: SettingsOf<S> | undefined): FilledSettings<S> {
  const defaults = Object.entries(table).filter(([, setting]) => setting.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, setting]) => [name, setting.default])), ...given } as FilledSettings<S>;
}
