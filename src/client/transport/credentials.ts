import { unreachable } from './request-error.ts';

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
 */
export function credentials(source: TokenSource, own: Readonly<Record<string, string>>): Credentials {
  let asked: Promise<string | null> | null = null;
  let current: string | null = null;

  async function ask(): Promise<string | null> {
    try {
      current = typeof source === 'function' ? await source() : source;
    } catch (error) {
      asked = null;
      throw unreachable(`token() failed: ${error}`);
    }
    return current;
  }

  return {
    async headers() {
      asked ??= ask();
      const token = await asked;
      return token === null ? own : { ...own, authorization: `Bearer ${token}` };
    },
    refused(headers) {
      if (headers['authorization'] === `Bearer ${current}`) asked = null;
    },
    forget() {
      asked = null;
    },
  };
}
