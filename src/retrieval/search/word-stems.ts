/** Reduces a text to word stems, for comparing two texts: whether two passages say the same, or which sentence is meant. */
const word = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu;
/** Enough of a word that its forms are equal: "returns", "returned". */
const stemLength = 6;

export function stemsOf(text: string): ReadonlySet<string> {
  const words = text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').match(word) ?? [];
  return new Set(words.map((found) => found.slice(0, stemLength)));
}

export function sharedCount(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const stem of a) if (b.has(stem)) shared += 1;
  return shared;
}

/** Share of all stems that both have, 0 to 1 (Jaccard). */
export function compareStems(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = sharedCount(a, b);
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}
