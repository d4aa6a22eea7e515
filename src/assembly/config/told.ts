/** What the sentences about a configuration have in common. */
import { existsSync } from 'node:fs';
import { pathIn } from '../../config.ts';

export const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;

export const listed = (names: Iterable<string>): string => [...names].join(', ') || 'none';

export const notThere = (path: string, file: string, folder: string): string[] =>
  existsSync(pathIn(folder, file)) ? [] : [`${path} is "${file}", which is not there. Paths begin at ${folder}.`];

/** What the configuration itself has under a name: a name such as `constructor` is not found on the prototype of objects. */
export const own = <T>(record: Readonly<Record<string, T>> = {}, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
