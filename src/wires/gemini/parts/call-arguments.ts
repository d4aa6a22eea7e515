/** The arguments of a function call: an object on the wire, text or any value with us. */
import { isObject, type JsonObject, jsonOf, parseJson } from '../../json-fields.ts';

/** Gemini takes objects only. Another value travels as the only field, `arguments`, of an object. */
export function argsOf(value: unknown): JsonObject {
  const parsed = typeof value === 'string' ? (value === '' ? {} : (parseJson(value) ?? value)) : value;
  if (isObject(parsed)) return parsed;
  return parsed === undefined || parsed === null ? {} : { arguments: parsed };
}

/** A text stays as it came. */
export const argumentsTextOf = (args: unknown): string =>
  typeof args === 'string' ? args : args === undefined || args === null ? '{}' : jsonOf(args);
