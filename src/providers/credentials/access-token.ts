/** Access tokens of identity services (Microsoft Entra ID, Google Cloud) on the requests of a provider. */
import { GatewayError } from '../../core/errors.ts';
import { type Fetch, fetchAround } from '../../outbound/pooled-fetch.ts';
import { keepRenewed, type Renewed } from './renewed.ts';

export interface AccessToken {
  readonly token: string;
  /** A date, or milliseconds since 1970. Left out: the token is asked for again with every request. */
  readonly expiresAt?: Date | number;
}

/** Gets a token. The signal fires when nobody waits for it any longer. Null and an empty text are failures. */
export type TokenFunction = (signal: AbortSignal) => Token | Promise<Token>;
type Token = AccessToken | string | null | undefined;

/**
 * A fetch whose requests carry the token. A token that is refused with 401 is not used again. Throws MODEL_UNAVAILABLE where there is none.
 */
export function fetchWithToken(fetch: Fetch, ask: TokenFunction, providerName: string): Fetch {
  const tokens = keepRenewed<AccessToken>({
    ask: async (signal) => tokenOf(await ask(signal)),
    expiresAt: ({ expiresAt }) => (expiresAt === undefined ? null : Number(expiresAt)),
  });
  return fetchAround(fetch, {
    async prepare(init) {
      const { token } = await tokenFor(tokens, init.signal ?? new AbortController().signal, providerName);
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      return { ...init, headers };
    },
    answered: ({ status }) => {
      if (status === 401) tokens.forget();
    },
  });
}

function tokenOf(given: Token): AccessToken {
  const token = typeof given === 'string' ? { token: given } : given;
  if (typeof token?.token !== 'string' || token.token === '') throw new Error('The function gave no token.');
  return token;
}

async function tokenFor(tokens: Renewed<AccessToken>, signal: AbortSignal, providerName: string): Promise<AccessToken> {
  try {
    return await tokens.get(signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new GatewayError(
      'MODEL_UNAVAILABLE',
      `The gateway got no access token for ${providerName}. Asking again may help.`,
      { retryable: true, about: 'deployment' },
      { cause: causeOf(error) },
    );
  }
}

/** Only the message: errors of identity services carry requests with their signatures. */
const causeOf = (error: unknown): Error => new Error(error instanceof Error ? error.message.slice(0, 300) : 'The function threw no error.');
