/** Organisations and teams in Maps. */
import type { Directory, MemberRecord, OrganisationRecord, Records } from '../../src/storage/directory/directory.ts';

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
        const next = change(before);
        if (next === before) return before;
        const record = { ...next, name, version: before.version + 1 };
        changes += 1;
        known.set(name, record);
        return record;
      },
    };
  };
  const members = new Map<string, MemberRecord>();
  return {
    organisations: records(),
    teams: records(),
    members: {
      async put(member) {
        changes += 1;
        members.set(member.principal, member);
      },
      find: async (principal) => members.get(principal) ?? null,
      ofTeam: async (team) => [...members.values()].filter((member) => member.team === team).toSorted((a, b) => a.addedAt - b.addedAt),
      async remove(principal, team) {
        const member = members.get(principal);
        if (member?.team !== team) return null;
        changes += 1;
        members.delete(principal);
        return member;
      },
    },
    version: async () => String(changes),
  };
}
