/** Errors inside answers of the Responses API. */
import { isObject, type JsonObject, jsonOf, objectOf } from '../json-fields.ts';
import { refusesContentBy, statusOfWords, wordOf } from '../openai/error-words.ts';
import { WireFailure } from '../wire-failure.ts';

/** The error of an answer with status 200: an object with code and message, one around it, or a sentence. */
export function failureOf(error: unknown): WireFailure {
  const outer = objectOf(error);
  const inner = isObject(outer['error']) ? outer['error'] : outer;
  const words = [inner['code'], inner['type'], inner['status']].map(wordOf).filter((word) => word !== '');
  const text = jsonOf({ error: error === undefined ? null : error });
  if (refusesContentBy(words)) return new WireFailure('content', { text });
  return new WireFailure('refused', { status: statusOfWords([...words, wordOf(inner['status_code'])]), text });
}

/**
 * The error of one event, in all the forms that servers give it: `error` with the fields flat or nested, `response.failed`, and an
 * event that is nothing but an `error`. Null: the event is none.
 */
export function failureIn(type: string, event: JsonObject): WireFailure | null {
  const error = event['error'];
  const hasError = isObject(error) || (typeof error === 'string' && error !== '');
  if (type === 'error') return failureOf(hasError ? error : event);
  if (type === 'response.failed') {
    const response = objectOf(event['response']);
    if (isObject(response['error']) || typeof response['error'] === 'string') return failureOf(response['error']);
    if (hasError) return failureOf(error);
    return isObject(response['incomplete_details']) ? null : failureOf(null);
  }
  return hasError && !type.startsWith('response.') ? failureOf(error) : null;
}
