/** Headers of subgraphs' answers that go on to the client of one operation. */

export interface AnswerHeaders {
  /** Cookies add up; a header that comes a second time with another value is a list of both. */
  add(headers: readonly (readonly [name: string, value: string])[]): void;
  /** As they are written: names in lower case, a cookie each. */
  all(): readonly (readonly [name: string, value: string])[];
}

const none: readonly (readonly [string, string])[] = [];

/** Costs nothing while nothing is added. */
export function answerHeaders(): AnswerHeaders {
  let values: Map<string, Set<string>> | null = null;
  return {
    add(headers) {
      values ??= new Map();
      for (const [name, value] of headers) values.set(name, (values.get(name) ?? new Set()).add(value));
    },
    all() {
      if (values === null) return none;
      return [...values].flatMap(([name, ofName]): readonly (readonly [string, string])[] =>
        name === 'set-cookie' ? [...ofName].map((value) => [name, value]) : [[name, [...ofName].join(', ')]],
      );
    },
  };
}
