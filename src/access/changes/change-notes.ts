/**
 * Notes what administrators did, after it is stored and before they are answered: in the log, and in the list of changes of the key, team or
 * organisation. A process that dies between the two loses the note; who changed a record last, and when, stands in the record itself.
 */
import { GatewayError } from '../../core/errors.ts';
import type { ChangeRecord } from '../../storage/changes/changes.ts';

/** Never rejects: what was done is done. */
export type NoteChange = (change: ChangeRecord) => Promise<void>;

/** Who does it, and why. */
export interface DoneBy {
  /** Such as `key:3f9a` or `shell`. */
  readonly by: string;
  /** Default: none is given. */
  readonly reason?: string | null;
}

/** Who changes it, and from what. */
export interface ChangedFrom extends DoneBy {
  /** What the record was when it was read: refused where it is another by now. Default: whatever it is. */
  readonly expectVersion?: number | null;
}

export const noNotes: NoteChange = async () => {};

const maxReasonLength = 500;

/** Null: none. Throws BAD_REQUEST. */
export function reasonOf({ reason = null }: DoneBy): string | null {
  const text = reason?.trim() ?? '';
  if (text.length > maxReasonLength)
    throw new GatewayError('BAD_REQUEST', `reason has ${text.length} characters. At most ${maxReasonLength} are accepted.`);
  return text === '' ? null : text;
}

interface Versioned {
  readonly version: number;
  readonly updatedAt: number | null;
  readonly updatedBy: string | null;
}

/** `what`: such as `The team "search"`. Throws BAD_REQUEST. */
export function checkVersion(what: string, { version, updatedAt, updatedBy }: Versioned, { expectVersion = null }: ChangedFrom): void {
  if (expectVersion === null || expectVersion === version) return;
  const last = updatedAt === null ? '' : `, since ${updatedBy ?? 'somebody'} changed it at ${new Date(updatedAt).toISOString()}`;
  throw new GatewayError(
    'BAD_REQUEST',
    `${what} has version ${version}${last}, and expectVersion is ${expectVersion}. Nothing was changed: read it again, and ask with its version.`,
  );
}
