import { GatewayError } from '../core/errors.ts';

/** BAD_REQUEST: what was refused, and what would have been accepted. */
export function refuse(sentence: string): never {
  throw new GatewayError('BAD_REQUEST', sentence);
}

export function checkWhole(name: string, value: number | null | undefined, least: number, most: number): void {
  if (value === null || value === undefined) return;
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse(`${name} is ${value}. It must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? ' upwards' : ` to ${most}`}.`);
  }
}

/** The value as an object of JSON; an empty one when it is absent. */
export function jsonObject(name: string, value: unknown, example: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) refuse(`${name} must be a JSON object, such as ${example}.`);
  return value as Readonly<Record<string, unknown>>;
}

export function checkBase64(name: string, text: string): void {
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    refuse(`${name} is no base64. It must be standard base64 with padding, and not empty; a data URL is refused.`);
  }
}
