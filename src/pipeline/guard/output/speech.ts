/** One run of text, or of reasoning, between other content: shown window by window, and after a time as far as its guardrails allow. */
import type { Chunk } from '../../../core/chunk.ts';
import { checkedWindows, type OutputCheck } from './checked-windows.ts';

export interface Speech {
  readonly type: 'text' | 'reasoning';
  say(text: string): AsyncGenerator<Chunk>;
  /** A chunk that has its place behind what has been said so far. */
  mark(chunk: Chunk): Generator<Chunk>;
  /** By when text that waits is to go {@link early}, by the clock of the check. Null: none waits that could. */
  dueMs(): number | null;
  /** Shows the text that no guardrail can be in the middle of. */
  early(): AsyncGenerator<Chunk>;
  end(): AsyncGenerator<Chunk>;
}

export function speech(type: Speech['type'], check: OutputCheck): Speech {
  const { holdBackMs, clock } = check;
  const windows = checkedWindows(check);
  const marks: { readonly at: number; readonly chunk: Chunk }[] = [];
  let said = 0;
  let shown = 0;
  /** How many units of the text that `windows` holds have been shown. */
  let gone = 0;
  /** Since when something waits; null: nothing waits, or what waits has been refused since. */
  let waitsSinceMs: number | null = null;

  async function* release(texts: readonly string[]): AsyncGenerator<Chunk> {
    for (const text of texts) {
      const wait = windows.check(text);
      if (wait !== null) await wait;
      const rest = text.slice(gone);
      gone = Math.max(0, gone - text.length);
      yield* show(rest);
    }
  }

  function* show(text: string): Generator<Chunk> {
    let from = 0;
    const end = shown + text.length;
    for (let next = marks[0]; next !== undefined && next.at <= end; next = marks[0]) {
      const upTo = next.at - shown;
      if (upTo > from) yield { type, text: text.slice(from, upTo) };
      from = Math.max(from, upTo);
      marks.shift();
      yield next.chunk;
    }
    if (from < text.length) yield { type, text: text.slice(from) };
    shown = end;
  }

  return {
    type,
    async *say(text) {
      said += text.length;
      const whole = windows.push(text);
      if (whole.length > 0) {
        waitsSinceMs = null;
        yield* release(whole);
      }
      if (said > shown) waitsSinceMs ??= clock.nowMs();
    },
    *mark(chunk) {
      if (said === shown) yield chunk;
      else marks.push({ at: said, chunk });
    },
    dueMs: () => (waitsSinceMs !== null && windows.settledUnits() > gone ? waitsSinceMs + holdBackMs : null),
    async *early() {
      const to = windows.settledUnits();
      waitsSinceMs = null;
      if (to <= gone || !(await windows.passesEarly(gone))) return;
      const text = windows.held().slice(gone, to);
      gone = to;
      yield* show(text);
    },
    async *end() {
      yield* release(windows.end());
    },
  };
}
