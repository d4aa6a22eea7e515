/**
 * Makes of a follow-up a question to search for, without a model: what was asked before is put in front of it. A question that stands by
 * itself gets nothing, because the words of another topic would find that topic. Knows English and German; of other languages a question
 * of at least two words stands by itself.
 */

const referring = new Set(
  (
    'it its they them their theirs he him his she her hers one ones this that these those there then else ' +
    'es sie er ihn ihm ihnen ihr ihre ihren ihrer dies diese diesen dieser dieses dort dafür damit davon daran dazu darin'
  ).split(' '),
);
/** Words that say nothing of a topic. */
const empty = new Set(
  (
    'a about also am an and any are as at be been but by can could did do does for from get had has have how i if in is just long many may me might much must my no not of off ' +
    'often on or our please shall should so some still than the to too us was we were what when where which who why will with would yes you your ' +
    'aber am an auch auf aus bei bin bis da das dem den denn der des die ein eine einen einer für gibt hat habe ich im in ist ja kann können lange man mein mich mir mit muss nach nein ' +
    'nicht noch nur oder oft sind so soll um und uns viel viele vom von wann war warum was welche wenn wer werden wie wieso wir wird wo zu zum zur über'
  ).split(' '),
);
const goesOn = /^(and|or|but|what about|how about|und|oder|aber|was ist mit|wie ist es mit)\b/i;
/** `Is there a fee?` refers to nothing. */
const existential = /\b(is|are|was|were) there\b/gi;

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether a follow-up says what it is about: sentences can then be chosen by it, from passages that were found with more. */
export const hasWordsOfItsOwn = (question: string): boolean => wordsOf(question).some((word) => !empty.has(word) && !referring.has(word));

/** Whether a question is understood without what was said before. */
function standsAlone(question: string): boolean {
  const words = wordsOf(question.replace(existential, ''));
  if (goesOn.test(question.trim()) || words.some((word) => referring.has(word))) return false;
  return words.filter((word) => !empty.has(word)).length > 1;
}

/** `before`: what the user asked until then, the last at the end. */
export function carriedQuestion(before: readonly string[], question: string): string {
  if (standsAlone(question)) return question;
  const last = before.findLastIndex(standsAlone);
  return [...before.slice(Math.max(last, before.length - maxCarried)), question].join(' ');
}
/** Follow-ups of follow-ups. */
const maxCarried = 3;
