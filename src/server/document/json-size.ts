/** Refuses the JSON of a request by what it has in it, before it is parsed: parsing, coercing and pricing it would hold the event loop. */
import { GatewayError } from '../../core/errors.ts';
import { type JsonSize, jsonMeter } from '../../core/json/json-meter.ts';
import { waitInLine } from '../../core/turns/turns.ts';
import type { ServerLimits } from '../server-limits.ts';

export type JsonBounds = Pick<ServerLimits, 'maxJsonObjects' | 'maxInputValues' | 'maxObjectMembers' | 'maxNesting'>;

/** Where the JSON text comes from, by how many objects its variables stand in. */
export const variablesWithin = { url: 0, body: 1, message: 2 } as const;

/** Of the name of a member. An unknown name is compared with all that are known, and a refusal repeats it. */
const maxNameBytes = 10_000;

/**
 * Maximum number of different names, counting all names in objects of more than 128 members: `JSON.parse` takes 1 µs and more for each, in
 * one turn of the
 * event loop.
 */
const maxNames = 25_000;

/** Values that are parsed and read in one turn of the event loop, in some 2 ms. */
const valuesPerTurn = 2_000;

/** Bytes that are counted before the bounds are compared, so that a text far beyond them is not counted to its end. */
const bytesPerLook = 64 * 1024;

export interface CheckedJson {
  /** It takes a while to parse the text. */
  readonly isLarge: boolean;
}

/** Throws BAD_REQUEST. `within`: see {@link variablesWithin}. */
export function checkJsonSize(json: Buffer, bounds: JsonBounds, within: number): CheckedJson {
  const looking = lookAt(json, bounds, within);
  for (;;) {
    const { done, value } = looking.next();
    if (done === true) return value;
  }
}

/** The same, with a turn of the event loop for each piece. */
export async function checkJsonSizeInTurns(json: Buffer, bounds: JsonBounds, within: number): Promise<CheckedJson> {
  const looking = lookAt(json, bounds, within);
  for (;;) {
    await waitInLine();
    const { done, value } = looking.next();
    if (done === true) return value;
  }
}

function* lookAt(json: Buffer, bounds: JsonBounds, within: number): Generator<void, CheckedJson> {
  const meter = jsonMeter({ withNames: json.length > bytesPerLook });
  for (let at = 0; at < json.length; at += bytesPerLook) {
    if (at > 0) yield;
    meter.add(json.subarray(at, at + bytesPerLook));
    refuseBeyond(meter.size(), bounds, within, at + bytesPerLook < json.length ? 'at least ' : '');
  }
  return { isLarge: meter.size().values > valuesPerTurn };
}

/** `counted`: stands before a number; not empty where the text goes on. */
function refuseBeyond(
  { objects, values, depth, largest, longestName, names }: JsonSize,
  bounds: JsonBounds,
  within: number,
  counted: string,
): void {
  if (objects > bounds.maxJsonObjects)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${counted}${objects} objects and lists; this gateway accepts at most ${bounds.maxJsonObjects}. Send it in parts, or have its operator raise server.limits.maxJsonObjects.`,
    );
  if (depth > bounds.maxNesting + 1 + within)
    throw new GatewayError(
      'BAD_REQUEST',
      `The variables or extensions nest objects and lists deeper than ${bounds.maxNesting} levels, which is the maximum of this gateway (server.limits.maxNesting).`,
    );
  if (values > bounds.maxInputValues)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${counted}${values} values, which are the members of its objects and lists; this gateway accepts at most ${bounds.maxInputValues}. Send it in parts, or large JSON as one text, or have its operator raise server.limits.maxInputValues.`,
    );
  if (largest > bounds.maxObjectMembers)
    throw new GatewayError(
      'BAD_REQUEST',
      `An object in the request has ${counted}${largest} members; this gateway accepts at most ${bounds.maxObjectMembers}. Send it as a list or as text, or have its operator raise server.limits.maxObjectMembers.`,
    );
  if (names !== null && names > maxNames)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has more than ${maxNames} different names of members, which is the maximum of this gateway. Send large tables as lists of objects with equal names, or as text.`,
    );
  if (longestName > maxNameBytes)
    throw new GatewayError(
      'BAD_REQUEST',
      `The name of a member in the request has ${longestName} bytes; this gateway accepts at most ${maxNameBytes}. Send long texts as values.`,
    );
}
