/**
 * A provider whose settings cannot be used is made nevertheless: it refuses every request, and keeps why. So `fieldgate check`
 * reports its mistakes among all others, and a configuration with one of them can be read to its end.
 */
import { GatewayError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { baseUrlMistake } from '../outbound/base-url.ts';
import type { Provider } from './provider.ts';

export interface ProviderSettings {
  readonly name?: unknown;
  readonly apiKey?: unknown;
  readonly baseUrl?: unknown;
}

/** `make` makes the provider of settings that were found usable. An error that it throws is a mistake, too. */
export function checkProvider(usualName: string, given: ProviderSettings | undefined, make: () => Provider): Provider {
  const name = typeof given?.name === 'string' && given.name !== '' ? given.name : usualName;
  const mistakes = mistakesOf(given);
  if (mistakes.length > 0) return refusingProvider(name, mistakes);
  try {
    return make();
  } catch (error) {
    return refusingProvider(name, [error instanceof Error ? error.message : 'It cannot be made of its settings.']);
  }
}

function mistakesOf(given: ProviderSettings | undefined): readonly string[] {
  if (typeof given !== 'object' || given === null)
    return ["It was made without settings. Give it an object, such as { apiKey: secretFrom('OPENAI_API_KEY') }."];
  const { name, apiKey, baseUrl } = given;
  const url = 'baseUrl' in given ? baseUrlMistake(baseUrl) : null;
  return [
    ...(name === undefined || (typeof name === 'string' && name !== '') ? [] : ['Its name is not text. Give it one, such as "openai".']),
    // The value is not shown, because it usually is the key itself.
    ...(apiKey === undefined || apiKey === null || apiKey instanceof Secret
      ? []
      : [`Its apiKey is a ${typeof apiKey}. It must be a secret, such as secretFrom('OPENAI_API_KEY').`]),
    ...(url === null ? [] : [url]),
  ];
}

function refusingProvider(name: string, mistakes: readonly string[]): Provider {
  return {
    name,
    mistakes,
    // biome-ignore lint/correctness/useYield: it has nothing to say
    async *send() {
      throw new GatewayError('MODEL_UNAVAILABLE', `Provider "${name}": ${mistakes.join(' ')}`, {
        phase: 'before-content',
        retryable: false,
      });
    },
    outputCeiling: (_request, _model, asked) => asked,
  };
}
