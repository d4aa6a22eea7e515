import type { CompletionRecord, Completions } from '../../src/storage/completions/completions.ts';

/** Completions without a database, for tests of what stands above them. */
export function memoryCompletions(): Completions {
  const claims = new Map<string, { completionId: string; inputHash: string }>();
  const records = new Map<string, CompletionRecord>();
  const release = (completionId: string): void => {
    for (const [name, claim] of claims) if (claim.completionId === completionId) claims.delete(name);
  };
  return {
    async begin({ id, principal, body, claim, now }) {
      if (claim !== null) {
        const name = `${principal} ${claim.key}`;
        const known = claims.get(name);
        if (known !== undefined) return { fresh: false, completionId: known.completionId, sameInput: known.inputHash === claim.inputHash };
        claims.set(name, { completionId: id, inputHash: claim.inputHash });
      }
      records.set(id, { id, principal, body, expiresAt: now + 86_400_000, progress: 'running', lost: null });
      return { fresh: true, completionId: id, sameInput: true };
    },
    async save({ freesKey, ...record }) {
      records.set(record.id, { ...record, progress: 'ended', lost: null });
      if (freesKey) release(record.id);
    },
    async release(completionId) {
      release(completionId);
    },
    withKey: async (key, principal) => claims.get(`${principal} ${key}`)?.completionId ?? null,
    async find(id, principal) {
      const record = records.get(id);
      return record?.principal === principal ? record : null;
    },
    async rate() {},
    ratings: async () => [],
    recover: async () => 0,
    async expire() {},
    async close() {},
  };
}
