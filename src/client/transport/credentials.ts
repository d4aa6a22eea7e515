import { RequestError, unreachable } from './request-error.ts';

/** A token, or a function that gives the one to use now: null asks without one. */
export type TokenSource = string | null | (() => string | null | Promise<string | null>);

export interface Credentials {
  headers(): Promise<Readonly<Record<string, string>>>;
  refused(headers: Readonly<Record<string, string>>): void;
  /** Before a connection is made anew: a function is asked again. */
  forget(): void;
}

/**
 * Keeps the token until the gateway refuses it or a connection is lost. Streams that lose it at the same time ask for one together.
 * A token that is refused and given again is not sent again.
 */
export function credentials(source: TokenSource, own: Readonly<Record<string, string>>): Credentials {
  let asked: Promise<string | null> | null = null;
  let current: string | null = null;
  let barred: string | null = null;

  async function ask(): Promise<string | null> {
    try {
      current = typeof source === 'function' ? await source() : source;
    } catch (error) {
      asked = null;
      throw unreachable(`token() failed: ${error instanceof Error ? error.message : error}`);
    }
    return current;
  }

  return {
    async headers() {
      asked ??= ask();
      const token = await asked;
      if (token !== null && token === barred) {
        asked = null;
        throw new RequestError('UNAUTHENTICATED', 'The gateway refused the token, and token() gives no other.');
      }
      return token === null ? own : { ...own, authorization: `Bearer ${token}` };
    },
    refused(headers) {
      if (current === null || headers['authorization'] !== `Bearer ${current}`) return;
      barred = current;
      asked = null;
    },
    forget() {
      asked = null;
    },
  };
}
