/**
 * Determines who asks before anything of a request is read.
 *
 * Credentials are in the headers, so that a caller without valid credentials costs no body, no parsing and no validation.
 * Its requests count for its address, and so do requests that are refused before authentication.
 */
import type { Authenticate, Credentials, Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { AnonymousRate } from './anonymous-rate.ts';

export interface Callers {
  readonly authenticate: Authenticate;
  /** Counts the request for its address unless its credentials hold. Throws UNAUTHENTICATED, or RATE_LIMITED. */
  admit(credentials: Credentials, address: string): Principal | Promise<Principal>;
  /** The refusal of a request before `admit`: the one given, or RATE_LIMITED. Counts the request unless its credentials hold. */
  refusalFor(refusal: unknown, authorization: string | null, address: string): Promise<unknown>;
}

export function callers(authenticate: Authenticate, anonymousRate: AnonymousRate): Callers {
  async function holds(authorization: string | null): Promise<boolean> {
    if (authorization === null) return false;
    try {
      await authenticate({ authorization });
      return true;
    } catch (error) {
      return !isUnauthenticated(error);
    }
  }

  return {
    authenticate,
    admit(credentials, address) {
      if (credentials.authorization !== null) return anonymousRate.charged(address, () => authenticate(credentials));
      anonymousRate.take(address);
      return authenticate(credentials);
    },
    async refusalFor(refusal, authorization, address) {
      if (await holds(authorization)) return refusal;
      try {
        anonymousRate.take(address);
        return refusal;
      } catch (limited) {
        return limited;
      }
    },
  };
}

export const isUnauthenticated = (error: unknown): boolean => error instanceof GatewayError && error.code === 'UNAUTHENTICATED';
