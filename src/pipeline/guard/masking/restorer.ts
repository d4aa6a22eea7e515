/**
 * Turns placeholders back into values, in text that may arrive in pieces. A tail that could be the beginning of a known
 * placeholder is held back; nothing else is. Restored values are not scanned again.
 */
import { GatewayError } from '../../../core/errors.ts';

export interface Restoration {
  /** For one run of text that comes in pieces. */
  stream(): Restorer;
  /** The whole text with every known placeholder restored. */
  whole(text: string): string;
  /** For a text that still grows: without a tail that could be the beginning of a placeholder. */
  beginning(text: string): string;
}

export interface Restorer {
  push(text: string): string;
  /** What waits, as it is. */
  end(): string;
  /** What waits now. */
  readonly held: string;
}

/**
 * Characters by which restoring may lengthen one answer: a model that repeats the placeholder of a long secret would else
 * make an answer of any size out of a small one.
 */
export interface Growth {
  left: number;
}

export const maxGrowthUnits = 4 * 1024 * 1024;

const spelling = {
  plain: /<([A-Z]+)_([1-9]\d*)>/g,
  json: /(?:<|\\u003[cC])([A-Z]+)_([1-9]\d*)(?:>|\\u003[eE])/g,
};
/** A placeholder whose end has not come: its kind, and its number behind the line. */
const beginnings = {
  plain: /<(?:([A-Z]+)(?:(_)([1-9]\d*)?)?)?$/,
  json: /(?:(?:<|\\u003[cC])(?:([A-Z]+)(?:(_)(?:([1-9]\d*)(?:\\(?:u(?:0(?:0(?:3)?)?)?)?)?)?)?)?|\\(?:u(?:0(?:0(?:3)?)?)?)?)$/,
};
/** Longer than any that can wait: both brackets escaped, a kind, and a number. */
const longestBeginning = 40;

/** `json`: the text is JSON, so values are escaped for a string in it, and `\u003c` is a bracket too. */
export const restoration = (
  values: ReadonlyMap<string, string>,
  syntax: 'plain' | 'json',
  growth: Growth = { left: maxGrowthUnits },
): Restoration => new RestorationOfAnswer(values, syntax, growth);

/** A class, since each streamed answer has several: its methods are made once. */
class RestorationOfAnswer implements Restoration {
  readonly #values: ReadonlyMap<string, string>;
  readonly #syntax: 'plain' | 'json';
  readonly #growth: Growth;
  /** Made where a placeholder may have been cut: most answers have none. */
  #counts: ReadonlyMap<string, number> | null = null;

  constructor(values: ReadonlyMap<string, string>, syntax: 'plain' | 'json', growth: Growth) {
    this.#values = values;
    this.#syntax = syntax;
    this.#growth = growth;
  }

  whole(text: string): string {
    return restoreWhole(text, this.#values, this.#syntax, this.#growth);
  }

  beginning(text: string): string {
    return this.whole(this.settled(text));
  }

  stream(): Restorer {
    return new RestorerOfText(this);
  }

  /** The text without what may be the beginning of a placeholder. */
  settled(text: string): string {
    return text.slice(0, text.length - this.#waitingIn(text));
  }

  #waitingIn(text: string): number {
    const beginning = beginnings[this.#syntax];
    let end = text.slice(-longestBeginning);
    for (let found = beginning.exec(end); found !== null; found = beginning.exec(end)) {
      if (this.#isKnown(found[1], found[2], found[3])) return found[0].length;
      end = end.slice(found.index + 1);
    }
    return 0;
  }

  #isKnown(kind: string | undefined, line: string | undefined, number: string | undefined): boolean {
    if (kind === undefined) return true;
    this.#counts ??= countsOf(this.#values);
    if (line === undefined) return [...this.#counts.keys()].some((known) => known.startsWith(kind));
    return Number(number ?? 1) <= (this.#counts.get(kind) ?? 0);
  }
}

class RestorerOfText implements Restorer {
  readonly #of: RestorationOfAnswer;
  held = '';

  constructor(of: RestorationOfAnswer) {
    this.#of = of;
  }

  push(text: string): string {
    const all = this.held + text;
    const certain = this.#of.settled(all);
    this.held = all.slice(certain.length);
    return this.#of.whole(certain);
  }

  end(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }
}

/** The whole text with every known placeholder restored: the same text where there is none. */
export function restoreWhole(text: string, values: ReadonlyMap<string, string>, syntax: 'plain' | 'json', growth: Growth): string {
  return text.replace(spelling[syntax], (found: string, kind: string, number: string) => {
    const value = values.get(`<${kind}_${number}>`);
    if (value === undefined) return found;
    const shown = syntax === 'json' ? JSON.stringify(value).slice(1, -1) : value;
    growth.left -= shown.length;
    if (growth.left < 0) throw tooLong();
    return shown;
  });
}

/** Placeholders of a kind are numbered from 1 without gaps. */
function countsOf(values: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of values.keys()) {
    const kind = name.slice(1, name.lastIndexOf('_'));
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

const tooLong = (): GatewayError =>
  new GatewayError(
    'GUARDRAIL_BLOCKED',
    `With its placeholders turned back into your data, the answer is longer by more than ${maxGrowthUnits / 1024 / 1024} MiB. An answer that repeats less of it is shown.`,
    { guardrail: 'maskPersonalData', on: 'output' },
  );
