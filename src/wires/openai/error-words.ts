/** The words by which OpenAI, and servers that imitate it, name what went wrong inside an answer with status 200. */

/** By `code`, `type` or `status` in lower case: the HTTP status that the word stands for. */
const statuses: readonly (readonly [RegExp, number])[] = [
  [/^(?:insufficient_quota|rate_?limit\w*|requests|tokens|too_many_requests|resource_exhausted)$/, 429],
  [/^(?:billing\w*|payment_required|credit\w*|insufficient_(?:credits?|balance|funds))$/, 402],
  [/^(?:authentication\w*|invalid_api_key|unauthorized)$/, 401],
  [/^(?:permission\w*|forbidden|request_forbidden|unsupported_country_region_territory)$/, 403],
  [/^(?:model_not_found|not_?found\w*|\w*_not_found)$/, 404],
  [/^(?:invalid\w*|bad_?request\w*|context_length\w*|string_above_max_length|unsupported\w*|image_\w+|empty_image_file|missing\w*)$/, 400],
  [/^(?:\w*overloaded\w*|slow_down|service_?unavailable\w*|unavailable)$/, 503],
  [/^(?:\w*timeout|deadline_exceeded)$/, 504],
  [/^(?:server_error|internal\w*|api_error|processing_error)$/, 500],
];
/** Of Azure, and of DashScope. */
const contentRefused =
  /^(?:content_filter|content_policy_violation|image_content_policy_violation|bio_policy|cyber_policy|responsibleaipolicyviolation|data_inspection_failed)$/;

/** A word, or a status that is a number or its digits. */
export const wordOf = (value: unknown): string =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim().toLowerCase() : '';

/** The first status that is named as a number, else the first that a word stands for; null: none of them is known. */
export function statusOfWords(words: readonly string[]): number | null {
  const named = words.find((word) => /^[45]\d\d$/.test(word));
  if (named !== undefined) return Number(named);
  for (const word of words) {
    const known = statuses.find(([pattern]) => pattern.test(word));
    if (known !== undefined) return known[1];
  }
  return null;
}

export const refusesContentBy = (words: readonly string[]): boolean => words.some((word) => contentRefused.test(word));
