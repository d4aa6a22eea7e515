/**
 * Events of others, for as long as the caller has all that it had when it subscribed. Who loses a scope, or whose team goes to another organisation,
 * is told no more, and subscribes again with what is left. Events of the caller's own work go on: see `delivery.ts`.
 */
import type { FindPresent } from '../../access/present-principal.ts';
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Stream } from '../../core/pull-stream.ts';
import { interruptible, type OpenSource } from '../../core/stream.ts';

const lookEveryMs = 500;

export interface PermittedOptions {
  readonly principal: Principal;
  readonly present: FindPresent;
  readonly signal: AbortSignal;
}

/** Fails with FORBIDDEN. A store that fails ends nothing. */
export function whilePermitted<T>(open: OpenSource<T>, { principal, present, signal }: PermittedOptions): Stream<T> {
  const narrowed = new AbortController();

  async function look(): Promise<void> {
    const now = await present(principal).catch(() => null);

    const why = now === null ? null : whatChanged(principal, now);
    if (why === null) return;
    narrowed.abort(
      new GatewayError('FORBIDDEN', `${why} since you subscribed, so the subscription was ended. Subscribe again with what you have now.`),
    );
  }

  async function* permitted(stop: AbortSignal): AsyncGenerator<T> {
    const timer = setInterval(() => void look(), lookEveryMs).unref();
    stop.addEventListener('abort', () => clearInterval(timer), { once: true });
    try {
      for await (const event of await open(stop)) {
        await look();
        if (stop.aborted) return;
        yield event;
      }
    } finally {
      clearInterval(timer);
    }
  }

  return interruptible(permitted, { signal: AbortSignal.any([signal, narrowed.signal]) });
}

function whatChanged(before: Principal, now: Pick<Principal, 'scopes' | 'organisation'>): string | null {
  const lost = before.scopes.filter((scope) => !now.scopes.includes(scope));
  if (lost.length > 0) return `You have lost the scope ${lost.join(', ')}`;
  return (before.organisation ?? null) === (now.organisation ?? null) ? null : 'Your team belongs to another organisation';
}
