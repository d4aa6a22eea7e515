/**
 * Replaces personal data by placeholders such as `<EMAIL_1>`, numbered by first appearance in the whole request; equal
 * values get equal numbers. Two callers whose prompts differ only in such values send the same text, so one cached answer
 * serves both, and each caller restores it with its own map.
 *
 * Text that already looks like a placeholder becomes a placeholder itself (`<LITERAL_1>`), so that restoring is exact: every
 * placeholder of the map stands for one value, and everything else is the model's own text.
 */
import { GatewayError } from '../../../core/errors.ts';
import { afterWait, type Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { type DetectorOptions, type Find, findPersonalData, isPlain, type Kind, maxPhoneChecks, unitsToSearch } from './personal-data.ts';
import { joinSpans } from './span.ts';

export interface Pseudonyms {
  /** Throws BAD_REQUEST when the request has more than {@link maxMaskedValues} values. */
  mask(text: string): Paced<string>;
  /** The same: at once for a short text that has nothing to mask, as most are. */
  maskShort(text: string): string | Paced<string>;
  /** Texts that are read one behind the other: a value that reaches across them is masked where it begins. */
  maskRun(texts: readonly string[]): Paced<string[]>;
  /** The first personal data in the text; null: there is none. */
  kindIn(text: string): Paced<Kind | null>;
  /** Placeholder to value; grows with every text masked. */
  readonly values: ReadonlyMap<string, string>;
}

/** Different values in one request: more is a data set, whose placeholders a model confuses. */
export const maxMaskedValues = 20_000;

/** What giving a value its placeholder costs, in characters searched. */
const unitsPerFind = 16;

export const pseudonyms = (turns: Turns, { phoneCountries = [] }: Pick<DetectorOptions, 'phoneCountries'> = {}): Pseudonyms =>
  new RequestPseudonyms(turns, phoneCountries);

/** A class, since generators that are made for each request are slow: V8 knows nothing of the new ones. */
class RequestPseudonyms implements Pseudonyms {
  readonly values = new Map<string, string>();
  readonly #turns: Turns;
  readonly #options: DetectorOptions;
  readonly #placeholders = new Map<string, string>();
  readonly #counts = new Map<Kind, number>();

  constructor(turns: Turns, phoneCountries: readonly string[]) {
    this.#turns = turns;
    this.#options = { phoneCountries, phoneChecks: { left: maxPhoneChecks } };
  }

  *mask(text: string): Paced<string> {
    return yield* this.#replaced(text, yield* this.#findsIn(text));
  }

  maskShort(text: string): string | Paced<string> {
    if (!isPlain(text)) return this.mask(text);
    const wait = this.#turns.spend(unitsToSearch(text.length));
    return wait === null ? text : afterWait(wait, text);
  }

  *kindIn(text: string): Paced<Kind | null> {
    const finds = yield* this.#findsIn(text);
    return finds.find(({ kind }) => kind !== 'LITERAL')?.kind ?? null;
  }

  *maskRun(texts: readonly string[]): Paced<string[]> {
    const whole = texts.join('');
    const starts: number[] = [];
    const apart: Find[] = [];
    let length = 0;
    for (const text of texts) {
      starts.push(length);
      const offset = length;
      for (const find of yield* this.#findsIn(text)) {
        apart.push({ kind: find.kind, start: find.start + offset, end: find.end + offset });
      }
      length += text.length;
    }
    const across = (yield* this.#findsIn(whole)).filter(reachesAcross(starts));
    const finds = joinSpans([...apart, ...across]);
    const masked: string[] = [];
    let next = 0;
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? length;
      const pieces: string[] = [];
      let from = start;
      for (let find = finds[next]; find !== undefined && find.start < end; find = finds[next]) {
        if (find.start >= start)
          pieces.push(whole.slice(from, find.start), this.#placeholderOf(find.kind, whole.slice(find.start, find.end)));
        from = Math.min(find.end, end);
        const wait = this.#turns.spend(unitsPerFind);
        if (wait !== null) yield wait;
        if (find.end > end) break;
        next += 1;
      }
      pieces.push(whole.slice(from, end));
      masked.push(pieces.join(''));
    }
    return masked;
  }

  #findsIn(text: string): Paced<Find[]> {
    return findPersonalData(text, this.#turns, this.#options);
  }

  *#replaced(text: string, finds: readonly Find[]): Paced<string> {
    if (finds.length === 0) return text;
    const pieces: string[] = [];
    let from = 0;
    for (const { start, end, kind } of finds) {
      pieces.push(text.slice(from, start), this.#placeholderOf(kind, text.slice(start, end)));
      from = end;
      const wait = this.#turns.spend(unitsPerFind);
      if (wait !== null) yield wait;
    }
    pieces.push(text.slice(from));
    return pieces.join('');
  }

  #placeholderOf(kind: Kind, value: string): string {
    const known = this.#placeholders.get(value);
    if (known !== undefined) return known;
    if (this.values.size >= maxMaskedValues) throw tooMany();
    const count = (this.#counts.get(kind) ?? 0) + 1;
    const placeholder = `<${kind}_${count}>`;
    this.#counts.set(kind, count);
    this.#placeholders.set(value, placeholder);
    this.values.set(placeholder, value);
    return placeholder;
  }
}

/** Of finds in order: whether one has a start of a text inside it. */
function reachesAcross(starts: readonly number[]): (find: Find) => boolean {
  let next = 0;
  return ({ start, end }) => {
    while (next < starts.length && (starts[next] ?? 0) <= start) next += 1;
    return (starts[next] ?? Number.POSITIVE_INFINITY) < end;
  };
}

const tooMany = (): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The request holds more than ${maxMaskedValues} different addresses, numbers and secrets. Its route masks at most so many: send the data in parts.`,
  );
