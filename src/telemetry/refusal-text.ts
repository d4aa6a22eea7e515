/** Prepares the sentences of refusals for the log. */

const isName = /^"[$@\w.![\]:()]{1,60}"$/;

/** A refusal may repeat what the caller wrote, such as a variable's value: the log keeps names alone. */
export function withoutValues(sentence: string): string {
  return sentence
    .replace(/\b(value|found)(:?) (?:"(?:[^"\\]|\\.)*"|[^\s";]+)/g, '$1$2 …')
    .replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => (isName.test(quoted) ? quoted : '"…"'))
    .replace(/\{.*\}/s, '{…}');
}
