/** What a citation shows of its passage: the sentence that the citing sentence most resembles. */
import { sharedCount, stemsOf } from './stems.ts';

const mostCharacters = 320;

/** An exact piece of the passage, never empty unless the passage is. */
export function quoteFor(sentence: string, passage: string): string {
  const wanted = stemsOf(sentence);
  const candidates = sentencesOf(passage);
  let best = { quote: candidates[0] ?? passage, score: -1 };
  for (const quote of candidates) {
    const stems = stemsOf(quote);
    const shared = sharedCount(stems, wanted);
    const score = shared / Math.sqrt(stems.size + 4);
    if (score > best.score) best = { quote, score };
  }
  return shortened(best.quote, wanted);
}

/** Sentences of each line, without the marks of lists, tables and quotations at their beginning; headings only where there is nothing else. */
function sentencesOf(passage: string): string[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  const paragraphs = passage.split(/\n[^\S\n]*\n|\n(?=\s*(?:[-*+]|\d{1,3}[.)])\s|\s*\|)/);
  const body = paragraphs.filter((paragraph) => !/^\s*#{1,6}\s/.test(paragraph));
  return (body.length > 0 ? body : paragraphs)
    .flatMap((paragraph) => Array.from(segmenter.segment(paragraph.replace(/^[\s>|*+-]+/, '')), ({ segment }) => segment.trim()))
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** A long sentence is cut between words, to the part that begins where the wanted words begin. */
function shortened(quote: string, wanted: ReadonlySet<string>): string {
  if (quote.length <= mostCharacters) return quote;
  const first = [...quote.matchAll(/[\p{L}\p{N}]+/gu)].find(([word]) => sharedCount(stemsOf(word), wanted) > 0)?.index ?? 0;
  const start = Math.min(first, quote.length - mostCharacters);
  const piece = quote.slice(start, start + mostCharacters);
  const whole = piece.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
  return (start + mostCharacters < quote.length ? whole.replace(/\s+\S*$/, '') : whole).trim();
}
