/**
 * Ends the delivery of what a token asked for when the token expires. The work goes on: a completion that someone can come back to is
 * there for the next token of the same user.
 */
import { GatewayError } from '../../core/errors.ts';

export interface ExpiringDeliveries {
  /** Calls `ended` once when the token expires. `expiresAt` undefined: never. Returns a function that stops watching. */
  watch(token: { readonly expiresAt: number | undefined }, ended: (reason: GatewayError) => void): () => void;
  count(): number;
}

interface Delivery {
  readonly expiresAt: number;
  readonly ended: (reason: GatewayError) => void;
}

/** Compares with the system time every `lookEveryMs`, because `exp` is a system time. */
export function expiringDeliveries({ now, lookEveryMs }: { readonly now: () => number; readonly lookEveryMs: number }): ExpiringDeliveries {
  const open = new Set<Delivery>();
  let timer: NodeJS.Timeout | null = null;

  function letGo(delivery: Delivery): void {
    open.delete(delivery);
    if (open.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  }

  function endExpired(): void {
    for (const delivery of open) {
      if (delivery.expiresAt > now()) continue;
      letGo(delivery);
      delivery.ended(expired(delivery.expiresAt));
    }
  }

  return {
    watch({ expiresAt }, ended) {
      if (expiresAt === undefined) return () => {};
      if (expiresAt <= now()) {
        ended(expired(expiresAt));
        return () => {};
      }
      const delivery: Delivery = { expiresAt, ended };
      open.add(delivery);
      timer ??= setInterval(endExpired, lookEveryMs).unref();
      return () => letGo(delivery);
    },
    count: () => open.size,
  };
}

const expired = (at: number): GatewayError =>
  new GatewayError(
    'UNAUTHENTICATED',
    `The token expired at ${new Date(at).toISOString()}, so the delivery was ended. Ask again with a new token: a completion with an idempotencyKey goes on meanwhile, and is followed from the last cursor.`,
  );
