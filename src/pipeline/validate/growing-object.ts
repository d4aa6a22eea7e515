/**
 * The stages of a structured answer while it arrives, reduced to values that can no longer become invalid.
 *
 * A number, a boolean or a null appears when it is complete. A string grows, unless its schema restricts it further: half an
 * enum value is not an enum value. As soon as the part that has arrived cannot become valid, no further stage is shown.
 */
import { asGatewayError } from '../../core/errors.ts';
import { growingJson } from './growing-json.ts';
import { jsonStart } from './json-in-text.ts';
import type { CheckedSchema } from './schema/schema-reader.ts';

interface GrowingObject {
  /** What can be shown now; null: nothing new. */
  push(text: string): Promise<unknown>;
}

const minGrowth = 24;
/** Each look copies what is open, and what it shows is sent and kept whole: looks get rarer as the answer grows. */
const growthShare = 1 / 48;
/** From so many characters on, rarer still: what is shown of an answer is then some nine times the answer. */
const largeAnswer = 32_768;
const growthShareOfLarge = 1 / 8;
/** A line such as "```json". */
const maxFenceLength = 64;

/** `checked` is null where every JSON value will do. */
export function growingObject(checked: CheckedSchema | null, maxDepth: number): GrowingObject {
  const growing = checked?.growing() ?? null;
  const json = growingJson(maxDepth);
  /** Text before the JSON has begun; null: it has. */
  let head: string | null = '';
  let length = 0;
  let looked = 0;
  let shown = '';
  let ended = false;

  function read(more: string): void {
    if (head === null) {
      json.push(more);
      return;
    }
    head = (head + more).trimStart();
    const start = jsonStart(head);
    if (start === null) {
      ended = head !== '' && !(/^`{1,3}[^\n]*\n?\s*$/.test(head.slice(0, maxFenceLength + 1)) && head.length <= maxFenceLength);
      return;
    }
    json.push(head.slice(start));
    head = null;
  }

  async function look(): Promise<unknown> {
    const open = json.openPath();
    growing?.work.spend(1 + (json.openMembers() >> 3));
    const { containers, partialText } = growing?.check.shows(open) ?? { containers: true, partialText: true };
    if (!containers) return null;
    const text = partialText ? json.openText() : null;
    const mark = `${json.version()}:${text?.length ?? ''}`;
    if (mark === shown) return null;
    const value = json.snapshot(text);
    if (value === undefined) return null;
    if (growing !== null && !(await growing.work.run(growing.check.mayBecomeValid(value, open)))) {
      ended = true;
      return null;
    }
    shown = mark;
    return value;
  }

  return {
    async push(text) {
      if (ended) return null;
      read(text);
      length += text.length;
      const share = length < largeAnswer ? growthShare : growthShareOfLarge;
      if (length - looked < Math.max(minGrowth, length * share)) return null;
      looked = length;
      ended ||= head === null && json.state() !== 'open';
      if (ended || head !== null) return null;
      try {
        return await look();
      } catch (error) {
        // More work than looks may take: the answer comes whole at its end.
        if (asGatewayError(error).code !== 'INVALID_OUTPUT') throw error;
        ended = true;
        return null;
      }
    },
  };
}
