/** Virtual keys in a Map. */
import { GatewayError } from '../../src/core/errors.ts';
import type { KeyRecord, Keys } from '../../src/storage/keys/keys.ts';

export function mapKeys(): Keys {
  const records = new Map<string, KeyRecord>();
  let changes = 0;
  const revoke = (id: string, at: number): void => {
    const record = records.get(id);
    if (record === undefined) return;
    changes += 1;
    records.set(id, { ...record, revokedAt: record.revokedAt ?? at });
    for (const made of records.values()) if (made.madeBy === id && made.id !== id) revoke(made.id, at);
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
        const { id, expiresAt, revokedAt, development } = record;
        return [{ id, expiresAt, revokedAt, development }];
      }),
    version: async () => String(changes),
    async revoke(id, at) {
      revoke(id, at);
      return records.get(id) ?? null;
    },
  };
}
