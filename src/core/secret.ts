import { inspect } from 'node:util';

/**
 * A value that no log, trace, error or JSON can show: only `reveal()` does, at the one place that sends it.
 *
 * @example
 * ```ts
 * import { openaiCompatibleProvider, Secret } from 'fieldgate';
 *
 * const fromVault = async () => 'sk-…';
 * export const provider = openaiCompatibleProvider({
 *   name: 'vllm',
 *   baseUrl: 'http://127.0.0.1:8000/v1',
 *   apiKey: new Secret(await fromVault()),
 * });
 * ```
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/**
 * The secret of that name in the environment; null when it is unset or empty.
 *
 * @example
 * ```ts
 * import { anthropicProvider, secretFrom } from 'fieldgate';
 *
 * // Null where the variable is not set: `fieldgate check` says so.
 * export const provider = anthropicProvider({ apiKey: secretFrom('ANTHROPIC_API_KEY') });
 * ```
 */
export function secretFrom(name: string, environment: NodeJS.ProcessEnv = process.env): Secret | null {
  const value = environment[name];
  return value === undefined || value === '' ? null : new Secret(value);
}
