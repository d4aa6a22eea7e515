/** Work with leases, in a Map. */
import { bytesOf, type JobLease, type JobState, type Jobs, maxWaitMs, type NewJob } from '../../src/storage/jobs/jobs.ts';

const maxTakes = 5;

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly owner: string;
  readonly tenant: string;
  readonly subject: string;
  readonly createdAt: number;
  readonly body: string;
  readonly place: number;
  readonly parts: Map<number, string>;
  readonly drafts: Map<string, Uint8Array>;
  status: JobState['status'];
  progress: string | null;
  lease: symbol | null;
  leasedUntil: number;
  leaseMs: number;
  notBefore: number;
  takes: number;
}

export function mapJobs(now: () => number): Jobs {
  const rows = new Map<string, Row>();
  /** When each owner and tenant was served last, counted in turns. */
  const turns = new Map<string, number>();
  let turn = 0;

  const isOpen = ({ status }: Row): boolean => status === 'waiting' || status === 'running';
  const isLeased = ({ status, leasedUntil, leaseMs }: Row): boolean =>
    status === 'running' && leasedUntil >= now() && leasedUntil <= now() + leaseMs;
  const mayWait = ({ notBefore }: Row): boolean => notBefore > now() && notBefore <= now() + maxWaitMs;
  const served = (name: string): number => turns.get(name) ?? 0;

  function nextRow(kind: string, maxPerTenant: number): Row | null {
    const open = [...rows.values()].filter((row) => row.kind === kind && isOpen(row));
    const oldest = open.filter((row) => !open.some((other) => other.owner === row.owner && other.place < row.place));
    const running = (tenant: string): number => open.filter((row) => row.tenant === tenant && isLeased(row)).length;
    const ready = oldest.filter((row) => !isLeased(row) && !mayWait(row) && running(row.tenant) < maxPerTenant);
    const order = ready.toSorted(
      (a, b) =>
        served(`tenant ${a.tenant}`) - served(`tenant ${b.tenant}`) ||
        served(`owner ${a.owner}`) - served(`owner ${b.owner}`) ||
        a.place - b.place,
    );
    return order[0] ?? null;
  }

  function close(row: Row, status: 'done' | 'failed'): void {
    row.status = status;
    row.lease = null;
    row.parts.clear();
    row.drafts.clear();
  }

  function leased(row: Row, leaseMs: number): JobLease {
    const lease = Symbol(row.id);
    const isMine = (): boolean => row.lease === lease && row.status === 'running';
    row.status = 'running';
    row.lease = lease;
    row.leasedUntil = now() + leaseMs;
    row.leaseMs = leaseMs;
    row.takes += 1;
    turn += 1;
    turns.set(`tenant ${row.tenant}`, turn);
    turns.set(`owner ${row.owner}`, turn);
    return {
      id: row.id,
      owner: row.owner,
      body: row.body,
      progress: row.progress,
      part: async (position) => row.parts.get(position) ?? null,
      draft: async (position, name) => row.drafts.get(`${position} ${name}`) ?? null,
      async keepDraft(position, name, body) {
        if (isMine()) row.drafts.set(`${position} ${name}`, body);
      },
      async progressed(progress) {
        if (!isMine()) return false;
        if (row.progress !== progress) row.takes = 0;
        row.progress = progress;
        row.leasedUntil = now() + leaseMs;
        return true;
      },
      async end(status, progress) {
        if (!isMine()) return;
        row.progress = progress;
        close(row, status);
      },
      async release({ progress, done = 0, waitMs = 0 } = {}) {
        if (!isMine()) return;
        row.takes = progress !== undefined && progress !== row.progress ? 0 : Math.max(0, row.takes - 1);
        row.status = 'waiting';
        row.lease = null;
        row.notBefore = now() + waitMs;
        row.progress = progress ?? row.progress;
        for (const position of [...row.parts.keys()]) if (position < done) row.parts.delete(position);
        for (const key of [...row.drafts.keys()]) if (Number.parseInt(key, 10) < done) row.drafts.delete(key);
      },
    };
  }

  return {
    async add(job: NewJob, room) {
      const { id, kind, owner, tenant = owner, subject = '', body, parts = [], progress = null } = job;
      const queued = [...rows.values()]
        .filter((row) => row.kind === kind && row.owner === owner && isOpen(row))
        .flatMap((row) => [...row.parts.values()]);
      const has = { parts: queued.length, bytes: bytesOf(queued) };
      if (room !== undefined && (has.parts + parts.length > room.maxParts || has.bytes + bytesOf(parts) > room.maxBytes)) return has;
      rows.set(id, {
        ...{ subject, createdAt: now() },
        ...{ id, kind, owner, tenant, body, progress, place: rows.size, parts: new Map(parts.entries()), drafts: new Map() },
        ...{ status: 'waiting', lease: null, leasedUntil: 0, leaseMs: 0, notBefore: 0, takes: 0 },
      });
      return null;
    },
    async take(kind, leaseMs, maxPerTenant = Number.MAX_SAFE_INTEGER) {
      for (let row = nextRow(kind, maxPerTenant); row !== null; row = nextRow(kind, maxPerTenant)) {
        if (row.takes < maxTakes) return leased(row, leaseMs);
        close(row, 'failed');
      }
      return null;
    },
    async find(id) {
      const row = rows.get(id);
      return row === undefined ? null : stateOf(row);
    },
    async list(kind, owner, subject, first) {
      const own = [...rows.values()].filter((row) => row.kind === kind && row.owner === owner && row.subject === subject);
      return own
        .toSorted((a, b) => b.place - a.place)
        .slice(0, first)
        .map(stateOf);
    },
    async owners(kind) {
      const open = [...rows.values()].filter((row) => row.kind === kind && isOpen(row)).toSorted((a, b) => b.place - a.place);
      const tenants = new Map(open.map(({ owner, tenant }) => [owner, tenant]));
      return [...tenants].map(([owner, tenant]) => ({ owner, tenant })).toSorted((a, b) => (a.owner < b.owner ? -1 : 1));
    },
    async takeFrom(kind, owner, leaseMs) {
      const idle = [...rows.values()].filter((row) => row.kind === kind && row.owner === owner && isOpen(row) && !isLeased(row));
      const [row] = idle.toSorted((a, b) => a.place - b.place);
      return row === undefined ? null : leased(row, leaseMs);
    },
  };
}

const stateOf = ({ id, owner, status, progress, subject, createdAt }: Row): JobState => ({
  id,
  owner,
  status,
  progress,
  subject,
  createdAt,
});
