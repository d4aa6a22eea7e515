/**
 * Bounds, in bytes, what clients were sent and have not read: per caller and in total.
 *
 * A stream waits for its reader, but a whole answer waits in our memory, and so does the last event of each stream. Beyond a
 * bound, the largest unread answer is cut off. The single answer of a caller is only subject to the caller's own bound,
 * because reading one large answer slowly is legitimate.
 */
import type { ServerLimits } from '../server-limits.ts';

/** A connection that is being answered. */
export interface Reader {
  /** Who it is counted for: a principal, or an address. */
  readonly caller: string;
  bytes(): number;
  cut(): void;
}

export interface Watched {
  /** Looks again, and cuts off who has too much. Call it after each write. */
  note(): void;
  leave(): void;
}

export interface UnreadAnswers {
  watch(reader: Reader): Watched;
  /** Unread bytes of all, as they were noted last. */
  bytes(): number;
}

type Limits = Pick<ServerLimits, 'maxUnreadBytes' | 'maxUnreadBytesPerCaller'>;

interface Caller {
  /** Each reader with its unread bytes, as they were seen last. */
  readonly readers: Map<Reader, number>;
  bytes: number;
}

export function unreadAnswers({ maxUnreadBytes, maxUnreadBytesPerCaller }: Limits): UnreadAnswers {
  const callers = new Map<string, Caller>();
  let total = 0;

  function seen(reader: Reader, bytes: number): void {
    const caller = callers.get(reader.caller);
    const before = caller?.readers.get(reader);
    if (caller === undefined || before === undefined) return;
    caller.readers.set(reader, bytes);
    caller.bytes += bytes - before;
    total += bytes - before;
  }

  function leave(reader: Reader): void {
    const caller = callers.get(reader.caller);
    if (caller === undefined) return;
    seen(reader, 0);
    caller.readers.delete(reader);
    if (caller.readers.size === 0) callers.delete(reader.caller);
  }

  /** Reads the bytes again: clients have read since they were seen last, and nobody is cut off by an old number. */
  const lookAgain = (caller: Caller): void => {
    for (const reader of caller.readers.keys()) seen(reader, reader.bytes());
  };

  function cutLargest(caller: Caller): void {
    let largest: Reader | null = null;
    for (const [reader, bytes] of caller.readers) if (largest === null || bytes > (caller.readers.get(largest) ?? 0)) largest = reader;
    if (largest === null) return;
    leave(largest);
    largest.cut();
  }

  const isTooMuch = (caller: Caller): boolean => caller.bytes > maxUnreadBytesPerCaller && caller.readers.size > 1;

  function boundCaller(caller: Caller): void {
    if (!isTooMuch(caller)) return;
    lookAgain(caller);
    while (isTooMuch(caller)) cutLargest(caller);
  }

  function boundAll(): void {
    if (total <= maxUnreadBytes) return;
    for (const caller of callers.values()) lookAgain(caller);
    while (total > maxUnreadBytes) {
      const [worst] = [...callers.values()].sort((a, b) => b.bytes - a.bytes);
      if (worst === undefined) return;
      cutLargest(worst);
    }
  }

  return {
    bytes: () => total,
    watch(reader) {
      const caller = callers.get(reader.caller) ?? { readers: new Map(), bytes: 0 };
      callers.set(reader.caller, caller);
      caller.readers.set(reader, 0);
      return {
        note() {
          seen(reader, reader.bytes());
          boundCaller(caller);
          boundAll();
        },
        leave: () => leave(reader),
      };
    },
  };
}
