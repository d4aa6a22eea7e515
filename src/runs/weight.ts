/**
 * Estimates what values take in memory, in bytes, so that a bound in bytes holds.
 *
 * The numbers are those of V8 on 64 bits without compressed pointers (Node 24). They were measured: the heap after garbage collection,
 * divided by the number of values, rounded up.
 */
import { type Chunk, toolCallPart } from '../core/chunk.ts';

/** A string beside its letters: header, hash, length, rounding up to 8. */
const stringBytes = 24;
/** An object with a few properties of its own, or an array with its store. */
const objectBytes = 72;
const slotBytes = 8;
/** A number that is not a small whole one. */
const numberBytes = 16;

/** V8 keeps a text that Latin-1 can hold with one byte a letter, any other with two. */
export const lettersBytes = (text: string): number => (/[\u0100-\uffff]/.test(text) ? 2 : 1) * text.length;

export const textBytes = (text: string): number => stringBytes + lettersBytes(text);

/** A value of JSON, with all that it contains. Names of properties are counted: rare ones have strings of their own. */
export function valueBytes(value: unknown): number {
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'string') bytes += textBytes(one);
    else if (typeof one === 'number') bytes += Number.isInteger(one) && Math.abs(one) < 2 ** 31 ? 0 : numberBytes;
    else if (Array.isArray(one)) {
      bytes += objectBytes + slotBytes * one.length;
      for (const each of one) open.push(each);
    } else if (typeof one === 'object' && one !== null) {
      bytes += objectBytes;
      for (const name in one) {
        bytes += 3 * slotBytes + lettersBytes(name);
        open.push((one as Readonly<Record<string, unknown>>)[name]);
      }
    }
  }
  return bytes;
}

/** What a chunk adds to the log beside its event. A tool call and a citation are one value in the events and in the completion. */
export function keptBytes(chunk: Chunk): number {
  switch (chunk.type) {
    case 'text':
    case 'reasoning':
      return lettersBytes(chunk.text);
    case 'tool-call':
      return chunk.done ? valueBytes(toolCallPart(chunk)) : textBytes(chunk.argumentsText);
    case 'citation':
      return valueBytes(chunk.citation);
    case 'embedding':
      return chunk.vector.byteLength;
    case 'warning':
      return textBytes(chunk.message);
    case 'object':
    case 'restart':
    case 'finish':
      return 0;
  }
}
