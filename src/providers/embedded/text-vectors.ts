/**
 * Lexical vectors: words and parts of words, hashed to dimensions. Texts that share words are close; texts that say the same
 * in other words are not. Wherever these vectors are shown, they are called lexical.
 */
import { GatewayError } from '../../core/errors.ts';
import { stemsOf, wordsOf } from './text/words.ts';

const lexicalDimensions = 384;
const fewest = 64;
const most = 1024;
/** Weight of a piece of a word. Pieces find other forms and misspellings of the word, and count less than the word. */
const pieceWeight = 0.35;
const pieceLength = 4;

/** Throws BAD_REQUEST for a length outside 64 to 1024. */
export function checkDimensions(dimensions: number | null): number {
  if (dimensions === null) return lexicalDimensions;
  if (Number.isInteger(dimensions) && dimensions >= fewest && dimensions <= most) return dimensions;
  throw new GatewayError(
    'BAD_REQUEST',
    `Lexical vectors have ${fewest} to ${most} dimensions, not ${dimensions}. Leave dimensions out for ${lexicalDimensions}.`,
  );
}

/** A vector of length 1, also for a text without words. */
export function lexicalVector(text: string, dimensions: number): Float32Array {
  const weights = new Map<string, number>();
  const add = (feature: string, weight: number): void => {
    weights.set(feature, (weights.get(feature) ?? 0) + weight);
  };
  const stems = stemsOf(text);
  for (const stem of stems.length > 0 ? stems : wordsOf(text.toLowerCase())) {
    add(stem, 1);
    const padded = `^${stem}$`;
    for (let at = 0; at + pieceLength <= padded.length; at += 1) add(`#${padded.slice(at, at + pieceLength)}`, pieceWeight);
  }
  const vector = new Float32Array(dimensions);
  for (const [feature, weight] of weights) {
    const hash = fnv1a(feature);
    const place = hash % dimensions;
    const sign = fnv1a(`${feature}±`) % 2 === 0 ? 1 : -1;
    vector[place] = (vector[place] ?? 0) + sign * (1 + Math.log(1 + weight)) * Math.min(1, weight);
  }
  return normalised(vector);
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (length === 0) {
    vector[0] = 1;
    return vector;
  }
  return vector.map((value) => value / length);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
