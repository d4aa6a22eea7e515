/**
 * Splits texts and questions into words for the full-text index.
 *
 * Scripts without spaces are indexed character by character and searched by pairs of neighbours. The index itself stems
 * (Porter) and removes diacritics.
 */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
/** A longer question is searched by its first words: each costs one look into the index. */
const maxTerms = 48;

/** The text in the form that is put into the index. */
export const indexed = (text: string): string => text.normalize('NFKC').replace(unspaced, ' $& ');

/** Words of a question that are looked at to find its terms: 8,000 characters may be 32,000 words once ligatures are letters. */
const maxLookedAt = 1_000;

/**
 * The distinct terms of a question, quoted for FTS5 so that no character of theirs is syntax; function words only when there is nothing
 * else.
 */
export function termsOf(query: string): readonly string[] {
  const informative = new Set<string>();
  const firstWords = new Set<string>();
  let lookedAt = 0;
  for (const candidate of wordsOf(query.normalize('NFKC').toLowerCase())) {
    if (firstWords.size < maxTerms) firstWords.add(candidate);
    if (!functionWords.has(candidate)) informative.add(candidate);
    lookedAt += 1;
    if (informative.size === maxTerms || lookedAt === maxLookedAt) break;
  }
  return [...(informative.size > 0 ? informative : firstWords)].map((term) => `"${term}"`);
}

function* wordsOf(text: string): Iterable<string> {
  for (const [run] of text.matchAll(word)) yield* searchable(run);
}

/** Terms of a run of letters. Scripts without spaces are searched as phrases of two neighbours. */
function* searchable(run: string): Iterable<string> {
  const pieces = run.replace(unspaced, ' $& ').split(/ +/).filter(Boolean);
  const isUnspaced = (piece: string): boolean => piece.search(unspaced) >= 0;
  for (const [index, piece] of pieces.entries()) {
    const next = pieces[index + 1];
    const previous = pieces[index - 1];
    if (!isUnspaced(piece)) yield piece.slice(0, 100);
    else if (next !== undefined && isUnspaced(next)) yield `${piece} ${next}`;
    else if (previous === undefined || !isUnspaced(previous)) yield piece;
  }
}

/** Words that say nothing about a subject, in English, German, French and Spanish, without those that are a subject in another of them. */
const functionWords = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by can could did do
  does doing don down during each few for from further get give had has have having he her here hers him his how i if in into is it its
  just let many may me might more most much must my need no nor not now of off on once only or other our ours out over own per please
  same shall she should so some such tell than that the their theirs them then there these they this those through to too under until
  up us use very want was we were what when where which while who whom whose why will with would you your yours s t re ve ll m
  der das und oder ein eine einen einem einer ist sind war wie wer wo wann warum was wieviel viele ich du er sie es wir ihr mein dein
  kann können muss darf soll wird werden nicht mit von zu zum zur für auf im den dem des bei nach aus als auch
  le la les un une des du de et ou est sont qui que quoi quand comment pourquoi combien où je tu il elle nous vous ils elles mon ma mes
  dans avec pour par sur pas ne ce cette ces
  el los las una unos unas y es son quién quien qué cuándo cómo dónde cuánto cuál por para con del al se mi su lo puedo puede`.split(/\s+/),
);
