import { GatewayError } from '../core/errors.ts';

/** A place in the log of one run: behind the event `seq`. Opaque to callers, who only hand it back. */
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
