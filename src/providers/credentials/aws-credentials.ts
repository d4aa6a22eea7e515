/** Access keys of AWS, fixed or of a role: those of a role expire, and are asked for anew. */
import { GatewayError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { keepRenewed } from './renewed.ts';

/** AWS calls their variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Null is one that is missing. */
export interface AwsCredentials {
  readonly accessKeyId: Secret | null;
  readonly secretAccessKey: Secret | null;
  /** The session token of a role; long-lived keys have none. */
  readonly sessionToken?: Secret | null;
}

/** Keys as the credential providers of AWS's own packages give them. */
export interface AwsRoleKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Left out: they are asked for again with every request. */
  readonly expiration?: Date | undefined;
}

/** Gets the keys of a role. The signal fires when nobody waits for them any longer. */
export type AwsCredentialsFunction = (options: { readonly abortSignal: AbortSignal }) => Promise<AwsRoleKeys>;

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Null where the keys are long-lived. */
  readonly sessionToken: string | null;
}

export interface AwsKeySource {
  /** The keys. Throws MODEL_UNAVAILABLE where there are none, or the reason of the signal. */
  get(signal: AbortSignal): Promise<AwsKeys>;
  /** Call it when the keys that it gave were refused. */
  forget(): void;
  /** Secrets that are known from the start. They are never shown. */
  readonly fixed: readonly Secret[];
  readonly lacksKey: boolean;
}

/** Throws a sentence where the answer has no credentials. */
export function awsCredentials(given: AwsCredentials | AwsCredentialsFunction, providerName: string): AwsKeySource {
  if (typeof given === 'function') return roleKeys(given, providerName);
  const { accessKeyId, secretAccessKey, sessionToken = null } = given;
  for (const [name, value] of Object.entries({ accessKeyId, secretAccessKey, sessionToken })) {
    if (value !== null && !(value instanceof Secret)) {
      throw new Error(`Its ${name} is no secret. It must be one, such as secretFrom('AWS_SECRET_ACCESS_KEY').`);
    }
  }
  const fixed = [secretAccessKey, sessionToken].filter((secret) => secret !== null);
  return {
    fixed,
    lacksKey: accessKeyId === null || secretAccessKey === null,
    async get() {
      if (accessKeyId === null || secretAccessKey === null) throw withoutKeys(providerName, false);
      return {
        accessKeyId: accessKeyId.reveal(),
        secretAccessKey: secretAccessKey.reveal(),
        sessionToken: sessionToken?.reveal() ?? null,
      };
    },
    forget() {},
  };
}

function roleKeys(ask: AwsCredentialsFunction, providerName: string): AwsKeySource {
  const keys = keepRenewed({
    ask: async (abortSignal) => ask({ abortSignal }),
    expiresAt: ({ expiration }) => expiration?.getTime() ?? null,
  });
  return {
    fixed: [],
    lacksKey: false,
    forget: () => keys.forget(),
    async get(signal) {
      try {
        const { accessKeyId, secretAccessKey, sessionToken = null } = await keys.get(signal);
        return { accessKeyId, secretAccessKey, sessionToken };
      } catch (error) {
        if (signal.aborted) throw error;
        throw withoutKeys(providerName, true, error);
      }
    },
  };
}

function withoutKeys(providerName: string, mayCome: boolean, error?: unknown): GatewayError {
  const sentence = `The gateway got no credentials for ${providerName}.${mayCome ? ' Asking again may help.' : ' Its operators must set them.'}`;
  // Only the message: errors of credential services carry requests.
  const cause = new Error(error instanceof Error ? error.message.slice(0, 300) : 'There are none.');
  return new GatewayError('MODEL_UNAVAILABLE', sentence, { retryable: mayCome, about: 'deployment' }, { cause });
}
