import { GatewayError } from '../core/errors.ts';

/** The place behind the event `seq` in the log of one run. It is opaque to callers, who only hand it back. */
export interface Place {
  readonly completionId: string;
  readonly seq: number;
}

export const cursorOf = ({ completionId, seq }: Place): string => Buffer.from(`${seq}:${completionId}`).toString('base64url');

/** Throws BAD_REQUEST for what no event ever carried. */
export function placeOf(cursor: string): Place {
  const match = /^(\d{1,15}):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [, seq, completionId] = match ?? [];
  if (seq === undefined || completionId === undefined) {
    throw new GatewayError(
      'BAD_REQUEST',
      'The cursor is not one of ours. Send the `cursor` of an event unchanged, or none to begin at the first event.',
    );
  }
  return { completionId, seq: Number(seq) };
}

/** The index of the first event behind the cursor. Throws RESUME_EXPIRED when the cursor is of none of the first `cursors` events: it belongs to another log. */
export function indexAfter(after: string | null, id: string, cursors: number): number {
  if (after === null) return 0;
  const place = placeOf(after);
  if (place.completionId !== id) {
    throw new GatewayError(
      'BAD_REQUEST',
      'The cursor belongs to another completion. Send a cursor of this one, or none to begin at the first event.',
    );
  }
  if (place.seq > cursors) {
    throw new GatewayError(
      'RESUME_EXPIRED',
      'The events behind this cursor are no longer kept. Follow the completion from its first event.',
    );
  }
  return place.seq;
}
