/**
 * Ids of calls: UUIDs of version 7 (RFC 9562 §5.7), which begin with the time.
 *
 * Rows of calls that were made together then stand together in the ledger's index. Random ids would touch a page of it each.
 */

/** `time`: milliseconds since 1970, UTC. All other bits are random. */
export function newCallId(time: number = Date.now()): string {
  const milliseconds = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0').slice(-12);
  const random = crypto.randomUUID();
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7${random.slice(15)}`;
}
