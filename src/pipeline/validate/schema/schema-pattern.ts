/**
 * A `pattern` of a schema, on RE2, in time linear in the text.
 *
 * It is compiled when a check first needs it and dropped with that check, because RE2 keeps automaton states while it
 * matches, up to {@link maxAutomatonBytes} per pattern.
 */
import { RE2JS, RE2Set } from 're2js';
import { type PatternSize, patternSize } from './pattern-size.ts';

export interface Pattern {
  readonly source: string;
  readonly size: PatternSize;
}

export type Matcher = (text: string) => boolean;

const maxAutomatonBytes = 256 * 1024;

export const patternOf = (source: string): Pattern => ({ source, size: patternSize(source) });

/** Throws what RE2 says of an expression that it does not take: look-around and back references among others. */
export function matcherOf({ source }: Pattern): Matcher {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, maxAutomatonBytes);
  set.add(RE2JS.translateRegExp(source));
  set.compile();
  return (text) => set.match(text).length > 0;
}
