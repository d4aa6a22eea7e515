/** Splits text into sentences as people read them: a wrapped line continues on the next line. */
import { endsInAbbreviation } from '../../core/abbreviations.ts';

/** A single line end, without a blank line before or behind it. */
const softWrap = /(?<!\n[^\S\n]*)\n(?![^\S\n]*\n)/g;

/** Other ends of lines, which Unicode takes for ends of sentences: of old texts, of terminals, and of word processors. */
const otherLineEnd = /[\r\u0085\u2028]/g;

/** Where sentences begin, by the rules of Unicode (UAX 29), which hold for scripts without spaces too. */
export function sentenceStarts(text: string): number[] {
  const flowing = text.replaceAll('\r\n', ' \n').replace(otherLineEnd, '\n').replace(softWrap, ' ');
  const starts: number[] = [];
  for (const { index } of new Intl.Segmenter(undefined, { granularity: 'sentence' }).segment(flowing)) {
    const last = starts.at(-1) ?? 0;
    if (index === 0 || !endsInAbbreviation(flowing.slice(Math.max(last, index - 14), index))) starts.push(index);
  }
  return starts;
}

export function sentencesIn(text: string): string[] {
  const starts = sentenceStarts(text);
  return starts.map((start, at) => text.slice(start, starts[at + 1] ?? text.length));
}
