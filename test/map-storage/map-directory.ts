/** Organisations and teams in Maps. */
import type { Directory, OrganisationRecord, Records } from '../../src/storage/directory/directory.ts';

export function mapDirectory(): Directory {
  let changes = 0;
  const records = <R extends OrganisationRecord>(): Records<R> => {
    const known = new Map<string, R>();
    return {
      async add(record) {
        if (known.has(record.name)) return false;
        changes += 1;
        known.set(record.name, record);
        return true;
      },
      find: async (name) => known.get(name) ?? null,
      list: async () => [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      async change(name, change) {
        const before = known.get(name);
        if (before === undefined) return null;
        const record = { ...change(before), name };
        changes += 1;
        known.set(name, record);
        return record;
      },
    };
  };
  return { organisations: records(), teams: records(), version: async () => String(changes) };
}
