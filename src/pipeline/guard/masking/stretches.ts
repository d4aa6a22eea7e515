/**
 * Splits long text into stretches that are searched one by one, so that other requests are served in between.
 *
 * A stretch ends where no find can cross the border: after a line break or a tab, or after a space whose left neighbour
 * occurs in no number and behind which no quoted name ends (`"ann lee"@example.com`). In a text without such a place, the search
 * continues beyond the stretch for longer than any find can be. (Private keys are longer; they are searched in the whole text.) Wherever there are such places, the finds equal those
 * of one search over the whole text.
 */
interface Stretch {
  /** Finds count that begin between the two. */
  readonly from: number;
  readonly to: number;
  /** What is searched: with what stands around it. */
  readonly start: number;
  readonly end: number;
}

const stretchUnits = 4_096;
/** Longer than a find with spaces in it, and longer than the longest token that is looked for, of 7,002 characters. */
const lookAheadUnits = 512;
const tokenLookAheadUnits = 8_192;
const lookBehindUnits = 256;
/** A quote and an at sign, each as it is or escaped. A quoted name has at most 64 characters, of at most 6 units where it is escaped. */
const quotedNameEnd = /(?:"|22|34;?|quot;)[@%&\\]/i;
const quotedNameUnits = 400;

export function* stretchesOf(text: string): Generator<Stretch> {
  let from = 0;
  while (from < text.length) {
    const furthest = from + stretchUnits;
    const barrier = furthest >= text.length ? text.length : lastBarrier(text, from + stretchUnits / 2, furthest);
    const to = barrier ?? furthest;
    yield { from, to, start: Math.max(0, from - lookBehindUnits), end: barrier ?? lookedAhead(text, to) };
    from = to;
  }
}

function lookedAhead(text: string, to: number): number {
  const least = Math.min(text.length, to + lookAheadUnits);
  const most = Math.min(text.length, to + tokenLookAheadUnits);
  for (let at = to; at < most; at += 1) if (text.charCodeAt(at) <= 0x20) return Math.max(at, least);
  return most;
}

function lastBarrier(text: string, least: number, most: number): number | null {
  for (let at = most; at > least; at -= 1) {
    const before = text.charCodeAt(at - 1);
    if (before === 0x0a || before === 0x09) return at;
    if (before === 0x20 && isOfNoNumber(text.charCodeAt(at - 2)) && !quotedNameEnd.test(text.slice(at, at + quotedNameUnits))) return at;
  }
  return null;
}

/** Small letters, and `,` `:` `;` `!` `?`: telephone numbers and IBANs have spaces, and neither of these beside one. */
const isOfNoNumber = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) || unit === 0x2c || unit === 0x3a || unit === 0x3b || unit === 0x21 || unit === 0x3f;
