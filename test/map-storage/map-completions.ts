/** Completions in Maps. They end with the process, so nothing is left to recover. */
import type { CompletionRecord, Completions } from '../../src/storage/completions/completions.ts';

const claimMs = 24 * 3_600_000;

interface Claimed {
  readonly completionId: string;
  readonly inputHash: string;
  readonly until: number;
}

export function mapCompletions(now: () => number): Completions {
  const records = new Map<string, CompletionRecord>();
  const claims = new Map<string, Claimed>();
  const release = (completionId: string): void => {
    for (const [key, claim] of claims) if (claim.completionId === completionId) claims.delete(key);
  };
  return {
    async begin({ id, principal, body, claim, now: at }) {
      const key = JSON.stringify([principal, claim?.key]);
      const claimed = claim === null ? undefined : claims.get(key);
      if (claim !== null && claimed !== undefined && claimed.until > at)
        return { fresh: false, completionId: claimed.completionId, sameInput: claimed.inputHash === claim.inputHash };
      if (claim !== null) claims.set(key, { completionId: id, inputHash: claim.inputHash, until: at + claimMs });
      records.set(id, { id, principal, body, expiresAt: at + claimMs, progress: 'running', lost: null });
      return { fresh: true, completionId: id, sameInput: true };
    },
    async save({ freesKey, ...ended }) {
      const before = records.get(ended.id);
      if (before !== undefined && before.principal !== ended.principal) return;
      records.set(ended.id, { ...ended, progress: 'ended', lost: null });
      if (freesKey) release(ended.id);
    },
    async release(completionId) {
      release(completionId);
    },
    async withKey(key, principal) {
      const claim = claims.get(JSON.stringify([principal, key]));
      return claim === undefined || claim.until <= now() ? null : claim.completionId;
    },
    async find(id, principal) {
      const record = records.get(id);
      return record === undefined || record.principal !== principal || record.expiresAt <= now() ? null : record;
    },
    rate: async () => {},
    ratings: async () => [],
    recover: async () => 0,
    async expire(at) {
      for (const [id, { expiresAt }] of records) if (expiresAt <= at) records.delete(id);
      for (const [key, { until }] of claims) if (until <= at) claims.delete(key);
    },
    close: async () => {},
  };
}
