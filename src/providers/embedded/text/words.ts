/** Splits text into words for comparison: lower case, without endings, without stop words. */

const stopWords = new Set(
  (
    'a about above after again all also am an and any are as at be because been before being below between both but by can could did do does doing done down ' +
    'during each either else etc ever every few for from further get gets give go had has have having he her here hers him his how i if in into is it its just ' +
    'let like made make many may me might more most much must my need no nor not of off on once one only or other our out over own per please quite rather ' +
    'same shall she should so some such tell than that the their them then there these they this those through to too under until up upon us use used using ' +
    'very via want was we were what when where whether which while who whom whose why will with within without would yet you your'
  ).split(' '),
);

const word = /[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu;
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]{2,}/u;

/** The words as they are written. */
export const wordsOf = (text: string): string[] => text.match(word) ?? [];

export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/** Stems of all words, stop words left out; scripts without spaces give pairs of characters. */
export function stemsOf(text: string): string[] {
  return wordsOf(text).flatMap((each) => {
    if (unspaced.test(each)) return pairsOf([...each]);
    const lower = each.toLowerCase().replace(/['’].*$/, '');
    return stopWords.has(lower) ? [] : [stem(lower)];
  });
}

const pairsOf = (characters: readonly string[]): string[] =>
  characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);

/** Stems of a name in code: `maxItems`, `max_items` and `max-items` are `max`, `item`. */
export const nameStems = (name: string): string[] => stemsOf(name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_\-./]+/g, ' '));

const endings: readonly (readonly [ending: string, least: number, instead: string])[] = [
  ['ations', 9, ''],
  ['ation', 8, ''],
  ['ments', 8, ''],
  ['ment', 7, ''],
  ['ions', 7, ''],
  ['ion', 6, ''],
  ['ings', 7, ''],
  ['ing', 6, ''],
  ['ies', 5, 'y'],
  ['sses', 5, 'ss'],
  ['ed', 5, ''],
  ['ly', 6, ''],
  ['es', 5, ''],
  ['s', 4, ''],
  ['e', 4, ''],
];

/** A light stemmer: forms of one word get the same stem, and few other words do. */
function stem(lower: string): string {
  for (const [ending, least, instead] of endings) {
    if (lower.length < least || !lower.endsWith(ending) || /(ss|us|is)$/.test(lower)) continue;
    const rest = lower.slice(0, -ending.length) + instead;
    return rest.replace(/([bdfgmnprt])\1$/, '$1').replace(/(?<=..)e$/, '');
  }
  return lower;
}
