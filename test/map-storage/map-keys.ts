/** Virtual keys in a Map. */
import { GatewayError } from '../../src/core/errors.ts';
import type { KeyRecord, Keys } from '../../src/storage/keys/keys.ts';

export function mapKeys(): Keys {
  const records = new Map<string, KeyRecord>();
  let changes = 0;
  const revoke = (id: string, at: number, by: string | null): void => {
    const record = records.get(id);
    if (record === undefined) return;
    changes += 1;
    if (record.revokedAt === null)
      records.set(id, { ...record, revokedAt: at, updatedAt: at, updatedBy: by ?? record.updatedBy, version: record.version + 1 });
    for (const made of records.values()) if (made.madeBy === id && made.id !== id) revoke(made.id, at, by);
  };
  const endOf = ({ expiresAt, madeBy }: KeyRecord): number | null => {
    const maker = madeBy === null ? undefined : records.get(madeBy);
    const ends = [expiresAt, maker === undefined ? null : endOf(maker)].filter((end) => end !== null);
    return ends.length === 0 ? null : Math.min(...ends);
  };
  return {
    async put(key) {
      const maker = key.madeBy === null ? null : records.get(key.madeBy);
      if (maker === undefined || (maker !== null && maker.revokedAt !== null))
        throw new GatewayError('UNAUTHENTICATED', 'The key that makes this one is not in force. A key that is would be accepted.');
      changes += 1;
      records.set(key.id, key);
    },
    find: async (id) => records.get(id) ?? null,
    list: async () => [...records.values()],
    standing: async (ids) =>
      ids.flatMap((wanted) => {
        const record = records.get(wanted);
        if (record === undefined) return [];
        const { id, team, revokedAt, development } = record;
        return [{ id, team, expiresAt: endOf(record), revokedAt, development }];
      }),
    version: async () => String(changes),
    async change(id, change) {
      const before = records.get(id);
      if (before === undefined) return null;
      const next = change(before);
      if (next === before) return before;
      const key = { ...next, id, lastUsedAt: before.lastUsedAt, version: before.version + 1 };
      changes += 1;
      records.set(id, key);
      return key;
    },
    async used(times) {
      for (const [id, time] of times) {
        const record = records.get(id);
        if (record !== undefined && (record.lastUsedAt ?? 0) < time) records.set(id, { ...record, lastUsedAt: time });
      }
    },
    async revoke(id, at, by) {
      revoke(id, at, by ?? null);
      return records.get(id) ?? null;
    },
  };
}
