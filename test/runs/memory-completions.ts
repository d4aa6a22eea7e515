import type { CompletionRecord, Completions } from '../../src/storage/completions.ts';

/** Completions without a database, for tests of what stands above them. */
export function memoryCompletions(): Completions {
  const claims = new Map<string, { completionId: string; inputHash: string }>();
  const records = new Map<string, CompletionRecord>();
  return {
    async claim({ principal, key, inputHash, completionId }) {
      const name = `${principal} ${key}`;
      const known = claims.get(name);
      if (known !== undefined) return { fresh: false, completionId: known.completionId, sameInput: known.inputHash === inputHash };
      claims.set(name, { completionId, inputHash });
      return { fresh: true, completionId, sameInput: true };
    },
    async unclaim(principal, key) {
      claims.delete(`${principal} ${key}`);
    },
    async save(record) {
      records.set(record.id, record);
    },
    async find(id, principal) {
      const record = records.get(id);
      return record?.principal === principal ? record : null;
    },
    async rate() {},
    async expire() {},
  };
}
