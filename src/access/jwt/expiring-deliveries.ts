/**
 * Ends the delivery of what a token asked for when the token expires. The work goes on: a completion that someone can come back to is
 * there for the next token of the same user.
 */
import { GatewayError } from '../../core/errors.ts';

export interface ExpiringDeliveries {
  /** `ended` is called once, when the token expires; undefined: never. Returns how to let go. */
  watch(token: { readonly expiresAt: number | undefined }, ended: (reason: GatewayError) => void): () => void;
  count(): number;
}

interface Delivery {
  readonly expiresAt: number;
  readonly ended: (reason: GatewayError) => void;
}

/** Looked at every `lookEveryMs` by the clock on the wall, since `exp` is a time of that clock. */
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
