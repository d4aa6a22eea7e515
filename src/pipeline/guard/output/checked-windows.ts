/**
 * The windows of one run of text: where they end, what each is checked with, and how much of the text that waits may go before its
 * window is whole.
 *
 * A window is checked with those before it, since what is refused may begin in one sentence and end in the next: with one, or
 * with as many as the guardrails look back. Text that went early is checked again with its window, so that the verdict on an answer
 * depends on its windows alone, and never on time.
 */
import type { Call } from '../../../core/call/call.ts';
import { throwIfAborted } from '../../../core/turns/abort.ts';
import type { Clock } from '../../../core/turns/clock.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { type Guardrail, lookbackOf } from '../guardrail.ts';
import { isHighSurrogate, lastCharactersStart } from '../normalize-text.ts';
import { checkText } from '../verdicts.ts';
import { sentenceCutter } from './sentence-cutter.ts';

export interface OutputCheck {
  readonly guardrails: readonly Guardrail[];
  readonly call: Call;
  readonly turns: Turns;
  /** Whether everything is held until the end. */
  readonly whole: boolean;
  /** Maximum length of the text that waits for the end of its sentence, in bytes of UTF-8. */
  readonly holdBackBytes: number;
  /** How long text waits that no guardrail can be in the middle of, by this clock. */
  readonly holdBackMs: number;
  readonly clock: Clock;
}

export interface CheckedWindows {
  /** The windows that are whole with this text. They must be checked before more text is pushed. */
  push(text: string): readonly string[];
  /** Whatever is left. */
  end(): readonly string[];
  /** Checks a window. Null: it passed at once. Throws, or rejects with, the refusal. */
  check(window: string): Promise<void> | null;
  /** Text whose window is not whole yet. */
  held(): string;
  /** How many units of the held text no guardrail can be in the middle of. 0 where one does not say how far it looks back. */
  settledUnits(): number;
  /**
   * Checks the held text, of which `gone` units have been shown, together with what was shown before. False: it must wait, because
   * guardrails refuse what they see so far; its whole window is judged as ever.
   */
  passesEarly(gone: number): Promise<boolean>;
}

/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const bytesPerUnit = 3;
/** Of windows that are kept in view, where most of their characters show nothing. */
const maxBeforeUnits = 8_192;

export function checkedWindows({ guardrails, call, holdBackBytes }: OutputCheck): CheckedWindows {
  const cutter = sentenceCutter(Math.max(1, Math.floor(holdBackBytes / bytesPerUnit)));
  const lookbacks = guardrails.map(lookbackOf);
  const lookback = Math.max(0, ...lookbacks.map((units) => units ?? 0));
  const streams = lookbacks.every((units) => units !== null);
  let windowsBefore: readonly string[] = [];
  let before = '';

  function remember(window: string): void {
    let from = windowsBefore.length;
    let text = window;
    while (from > 0 && text.length < maxBeforeUnits && lastCharactersStart(text, lookback) === null) {
      from -= 1;
      text = (windowsBefore[from] ?? '') + text;
    }
    windowsBefore = [...windowsBefore.slice(from), window];
    before = text;
  }

  return {
    push: (text) => cutter.push(text),
    end: () => cutter.end(),
    check(window) {
      const text = before + window;
      remember(window);
      return checkText(text, guardrails, 'output', call);
    },
    held: () => cutter.held(),
    settledUnits: () => (streams ? (lastCharactersStart(wholeCharacters(cutter.held()), lookback) ?? 0) : 0),
    async passesEarly(gone) {
      const shown = before.length + gone;
      const text = before + wholeCharacters(cutter.held());
      // Shown text stays in view as far back as a match can begin that ends behind it, with one character more.
      const from = lastCharactersStart(text.slice(0, shown), lookback + 1) ?? 0;
      try {
        const wait = checkText(text.slice(from), guardrails, 'output', call);
        if (wait !== null) await wait;
        return true;
      } catch {
        throwIfAborted(call.signal);
        return false;
      }
    },
  };
}

/** The length without half a character at the end. */
const wholeCharacters = (text: string): string => (isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(0, -1) : text);
