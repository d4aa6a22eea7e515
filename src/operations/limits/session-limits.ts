/**
 * Caps of a session: what an agent may use up in one piece of work, in money, tokens, operations and model calls. A session is named by the token
 * or by the header `AI-Session`. Who names none uses one session with all that the same principal asks without a name.
 */
import { LRUCache } from 'lru-cache';
import type { CalledBy, Principal, SessionCaps } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Limits } from '../../storage/limits/limits.ts';

const sessionHeader = 'ai-session';
const form = /^[\w.:@/+=-]{1,128}$/;
/** Sessions of one principal. A forgotten one is found again. */
const maxRemembered = 1_000;

/** What an operation is said to belong to, also where no session is limited. Throws BAD_REQUEST for a name that is none. */
export function sessionOf(principal: Principal, headers: Readonly<Record<string, string>>): Pick<CalledBy, 'session'> {
  const session = principal.session ?? sessionNameOf(headers[sessionHeader]);
  return session === '' ? {} : { session };
}

interface Session {
  readonly principal: Principal;
  readonly end: number;
}

/** The principal with the limits of its session beside its own: the same object while the session lasts. Throws BAD_REQUEST for a name that is none. */
export type InSession = (principal: Principal, headers: Readonly<Record<string, string>>) => Principal | Promise<Principal>;

export function sessionLimits(limits: Pick<Limits, 'session'>, now: () => number): InSession {
  const sessions = new WeakMap<Principal, LRUCache<string, Session>>();
  const remembered = (principal: Principal): LRUCache<string, Session> => {
    // The bound is a size and not a number: for a number, the cache would reserve all places at once, for each user.
    const known = sessions.get(principal) ?? new LRUCache<string, Session>({ maxSize: maxRemembered, sizeCalculation: () => 1 });
    sessions.set(principal, known);
    return known;
  };
  return (principal, headers) => {
    const { sessionCaps: caps } = principal;
    if (caps === undefined) return principal;
    const session = principal.session ?? sessionNameOf(headers[sessionHeader]);
    const known = remembered(principal).get(session);
    if (known !== undefined && now() < known.end) return known.principal;
    const name = accountOf(principal.id, session);
    const lastsMs = caps.minutes * 60_000;
    const enter = (window: { readonly start: number; readonly end: number }): Principal => {
      const within: Principal = { ...principal, limits: [...principal.limits, ...limitsOf(name, caps, window)] };
      remembered(principal).set(session, { principal: within, end: window.end });
      return within;
    };
    const found = limits.session?.(name, lastsMs) ?? windowByClock(now(), lastsMs);
    return found instanceof Promise ? found.then(enter) : enter(found);
  };
}

/** The id of a user is that of his key, a colon and `u_…`: a session of the key that is named so must not be his. */
const accountOf = (id: string, session: string): string =>
  session === '' ? `session:${id}` : `session:${id}:${/^(:|u_)/.test(session) ? ':' : ''}${session}`;

/** Of a store that does not know when a session began. */
function windowByClock(time: number, lastsMs: number): { readonly start: number; readonly end: number } {
  const start = time - (time % lastsMs);
  return { start, end: start + lastsMs };
}

/** Empty: none is named. */
function sessionNameOf(given = ''): string {
  if (given === '' || form.test(given)) return given;
  throw new GatewayError(
    'BAD_REQUEST',
    'The header AI-Session is no name of a session: 1 to 128 letters, digits and . _ : @ / + = - would be accepted.',
  );
}

function limitsOf(name: string, { amount, tokens, turns, calls, warnAt }: SessionCaps, session: Lasting): readonly Limit[] {
  const per = 'session' as const;
  const quota = (of: 'tokens' | 'turns' | 'calls', most: number | null): readonly Limit[] =>
    most === null ? [] : [{ kind: 'quota', of, name, per, most, session }];
  return [
    ...(amount === null ? [] : [{ kind: 'budget' as const, name, per, most: amount, session, ...(warnAt.length === 0 ? {} : { warnAt }) }]),
    ...quota('tokens', tokens),
    ...quota('turns', turns),
    ...quota('calls', calls),
  ];
}

type Lasting = NonNullable<Extract<Limit, { kind: 'budget' }>['session']>;
