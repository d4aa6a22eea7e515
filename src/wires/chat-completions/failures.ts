/** Errors inside an answer with status 200. */
import { isObject, type JsonObject, jsonOf, objectOf, parseJson } from '../json-fields.ts';
import { refusesContentBy, statusOfWords, wordOf } from '../openai/error-words.ts';
import { WireFailure } from '../wire-failure.ts';

const maxText = 64 * 1024;

/** Null: the object is not an error. `error: null` stands in every chunk of some servers. */
export function failureIn(body: JsonObject): WireFailure | null {
  const { error } = body as { readonly error?: unknown };
  if (typeof error === 'string' && error !== '') return failureOf({ message: error, ...rest(body) }, body);
  if (isObject(error) && Object.keys(error).length > 0) return failureOf(error, body);
  if (body['object'] === 'error' || body['type'] === 'error') return failureOf(body, body);
  return null;
}

/** Some servers write the status beside the error. */
const rest = ({ code, status, type }: JsonObject): JsonObject => ({ code, status, type });

/** The failure that the server wrote under `event: error`, in whatever form. */
export function failureOfData(data: string): WireFailure {
  const parsed = parseJson(data);
  return (isObject(parsed) ? failureIn(parsed) : null) ?? failureOf(isObject(parsed) ? parsed : { message: data }, {});
}

function failureOf(error: JsonObject, around: JsonObject): WireFailure {
  const text = jsonOf({ error }).slice(0, maxText);
  const inner = objectOf(error['innererror'])['code'];
  const words = [error['code'], error['type'], error['status'], around['code'], around['status'], error['status_code'], inner].map(wordOf);
  if (refusesContentBy(words)) return new WireFailure('content', { text });
  return new WireFailure('refused', { status: statusOfWords(words), text });
}
