import { inspect } from 'node:util';

/** A value that no log, trace, error or JSON can show: only `reveal()` does, at the one place that sends it. */
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

/** The secret of that name in the environment; null when it is unset or empty. */
export function secretFrom(name: string, environment: NodeJS.ProcessEnv = process.env): Secret | null {
  const value = environment[name];
  return value === undefined || value === '' ? null : new Secret(value);
}
