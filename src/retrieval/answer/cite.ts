/**
 * Extracts citations from a streamed answer. Each citation follows the text that completes its marker, is emitted once, and
 * must name a passage that the model was given. The result does not depend on how the provider cut its chunks.
 */
import type { Batch } from '../../core/batch.ts';
import type { Chunk, Citation } from '../../core/chunk.ts';
import type { FusedHit } from '../search/merge-rankings.ts';
import { quoteFor } from './citation-quote.ts';

/**
 * `[2]`; models also write `[1, 2]`, `[1-3]` and `【2】`. Its length is bounded, so that the text behind an open bracket is not held back for
 * long.
 */
const marker = /[[【]\s{0,2}(\d{1,3}(?:\s{0,2}[,;–-]\s{0,2}\d{1,3}){0,20})\s{0,2}[\]】]/g;
const keptCharacters = 4_000;
const sentenceCharacters = 1_000;

export const markerOf = (index: number): string => `[${index + 1}]`;

/** Each hit is the passage of the marker at its position. */
export async function* citePassages(batches: AsyncIterable<Batch>, hits: readonly FusedHit[]): AsyncGenerator<Batch, void, undefined> {
  const scan = markerScan();
  const seen = new Set<number>();
  let invented = false;

  function* cited(chunk: Chunk): Generator<Chunk> {
    yield chunk;
    if (chunk.type !== 'text') return;
    for (const { index, sentence } of scan(chunk.text)) {
      const hit = hits[index];
      invented ||= hit === undefined;
      if (hit === undefined || seen.has(index)) continue;
      seen.add(index);
      yield { type: 'citation', citation: citationOf(hit, index, sentence) };
    }
  }

  for await (const batch of batches) {
    if (batch[0]?.type === 'finish' && invented) yield [inventedMarkers];
    yield batch.flatMap((chunk) => [...cited(chunk)]);
  }
}

const inventedMarkers: Chunk = {
  type: 'warning',
  message: 'The answer refers to passages that the model was not given; those markers have no citation.',
};

function citationOf(hit: FusedHit, index: number, sentence: string): Citation {
  const { passage, score } = hit;
  const entity = hit.entity ?? null;
  const quote = quoteFor(sentence, passage.text);
  return { marker: markerOf(index), quote, score, passage: entity === null ? passage : null, entity };
}

interface Marked {
  /** Position of the passage, counted from 1. */
  readonly index: number;
  /** The sentence that the marker stands in or behind. */
  readonly sentence: string;
}

function markerScan(): (text: string) => Marked[] {
  let text = '';
  let scanned = 0;
  return (more) => {
    text += more;
    const found: Marked[] = [];
    const from = scanned;
    for (const match of text.slice(from).matchAll(marker)) {
      const at = from + match.index;
      const sentence = sentenceBefore(text.slice(Math.max(0, at - sentenceCharacters), at));
      for (const index of numbersIn(match[1] ?? '')) found.push({ index: index - 1, sentence });
      scanned = at + match[0].length;
    }
    if (text.length > 2 * keptCharacters) {
      const dropped = text.length - keptCharacters;
      text = text.slice(dropped);
      scanned = Math.max(0, scanned - dropped);
    }
    return found;
  };
}

function sentenceBefore(text: string): string {
  const plain = text.replace(marker, '').trimEnd();
  const sentences = plain.split(/(?<=[.!?。！？])\s+|(?<=[。！？])|\n+/).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
  return sentences.at(-1) ?? '';
}

function numbersIn(list: string): number[] {
  return list.split(/[,;]/).flatMap((part) => {
    const [from = 0, to = from] = part.split(/[–-]/).map((number) => Number(number.trim()));
    return to < from || to - from > 50 ? [from, to] : Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
