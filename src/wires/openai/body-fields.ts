/** Reads fields of a request's body strictly. Throws BAD_REQUEST, which names the place; null counts as left out. */
import type { ContentPart, Tool } from '../../core/request/request.ts';
import { isObject, type JsonObject } from '../json-fields.ts';
import { refusedPlace } from './refusals.ts';

export const isLeftOut = (value: unknown): value is null | undefined => value === undefined || value === null;

/** Null where it is left out or empty. */
export function readText(body: JsonObject, name: string): string | null {
  const value = body[name];
  if (isLeftOut(value) || value === '') return null;
  if (typeof value !== 'string') throw refusedPlace(name, 'must be a text.');
  return value;
}

export function readNumber(body: JsonObject, name: string): number | null {
  const value = body[name];
  if (isLeftOut(value)) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refusedPlace(name, 'must be a number.');
  return value;
}

/** A number of tokens. */
export function readMaximum(body: JsonObject, name: string): number | null {
  const value = readNumber(body, name);
  if (value !== null && !(Number.isSafeInteger(value) && value > 0)) throw refusedPlace(name, 'must be a whole number from 1 on.');
  return value;
}

export function readFlag(body: JsonObject, name: string): boolean {
  const value = body[name];
  if (isLeftOut(value)) return false;
  if (typeof value !== 'boolean') throw refusedPlace(name, 'must be true or false.');
  return value;
}

/** The function of a tool: both wires write its fields alike, in different places. */
export function readFunction({ name, description, parameters }: JsonObject, place: string): Tool {
  if (typeof name !== 'string' || name === '') throw refusedPlace(`${place}.name`, 'must be the name of the tool.');
  if (!isLeftOut(parameters) && !isObject(parameters)) throw refusedPlace(`${place}.parameters`, 'must be a JSON Schema.');
  return {
    name,
    description: typeof description === 'string' ? description : null,
    parameters: isObject(parameters) ? parameters : { type: 'object', properties: {} },
  };
}

const dataUrl = /^data:([^;,]+)(?:;[^;,]*)*;base64,/;
const noIds = 'Files are not kept here, so that no id names one.';

export interface Inline {
  readonly mediaType: string;
  readonly base64: string;
}

/** Null: it is not a data URL in base64. */
export function inlineOf(url: string): Inline | null {
  const mediaType = dataUrl.exec(url)?.[1];
  return mediaType === undefined ? null : { mediaType, base64: url.slice(url.indexOf(',') + 1) };
}

export function readImage(url: string, place: string): ContentPart {
  const inline = inlineOf(url);
  if (inline !== null) return { type: 'image', ...inline };
  if (/^https?:\/\//i.test(url)) return { type: 'image', url };
  throw refusedPlace(place, `must be a data URL in base64 or an http URL. ${noIds}`);
}

export function readFile(data: string, name: string | null, place: string): ContentPart {
  const inline = inlineOf(data);
  if (inline === null) throw refusedPlace(place, `must be a data URL in base64. ${noIds}`);
  return { type: 'file', ...inline, name };
}
