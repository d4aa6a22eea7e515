/** Chooses the sentence of a passage that a citation shows: the one most similar to the citing sentence. */

import { sharedCount, stemsOf } from '../search/word-stems.ts';
import { type ReadBlock, readBlocks } from './read-blocks.ts';
import { sentencesIn } from './sentences.ts';

const maxCharacters = 320;

/** A piece of the passage. Wrapped lines are joined, and the marks around it left out. It is empty only where the passage is. */
export function quoteFor(sentence: string, passage: string): string {
  const wanted = stemsOf(sentence);
  const candidates = candidatesIn(passage);
  let best = { quote: candidates[0] ?? passage, score: -1 };
  for (const quote of candidates) {
    const stems = stemsOf(quote);
    const shared = sharedCount(stems, wanted);
    const score = shared / Math.sqrt(stems.size + 4);
    if (score > best.score) best = { quote, score };
  }
  return shortened(best.quote, wanted);
}

/** The blocks to choose from: headings only where there are no others. */
function candidatesIn(passage: string): string[] {
  const found = readBlocks(passage).map((block) => ({ block, texts: textsOf(block).filter((text) => /[\p{L}\p{N}]/u.test(text)) }));
  const body = found.filter(({ block }) => block.kind !== 'heading').flatMap(({ texts }) => texts);
  return body.length > 0 ? body : found.flatMap(({ texts }) => texts);
}

/** A line of a table or of code is a sentence of its own. */
function textsOf({ kind, text }: ReadBlock): string[] {
  return kind === 'line' ? [text.trim()] : sentencesIn(text).map((sentence) => sentence.replace(/[\s\u0085]+/g, ' ').trim());
}

/** Cuts a long sentence between words. The part that is kept begins where the wanted words begin. */
function shortened(quote: string, wanted: ReadonlySet<string>): string {
  if (quote.length <= maxCharacters) return quote;
  const first = [...quote.matchAll(/[\p{L}\p{N}]+/gu)].find(([word]) => sharedCount(stemsOf(word), wanted) > 0)?.index ?? 0;
  const start = Math.min(first, quote.length - maxCharacters);
  const piece = quote.slice(start, start + maxCharacters);
  const whole = piece.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
  return (start + maxCharacters < quote.length ? whole.replace(/\s+\S*$/, '') : whole).trim();
}
