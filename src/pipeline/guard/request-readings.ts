/**
 * The texts of a request as guardrails check them. Vendors send the parts of a message separately or joined, and put
 * messages of one side after each other. Every string is therefore checked by itself and, where several are adjacent, also
 * joined.
 */

import type { CompletionRequest, ContentPart, Message, ModelRequest } from '../../core/request/request.ts';
import { afterWait, type Paced } from '../../core/turns/paced.ts';
import type { Turns } from '../../core/turns/turns.ts';
import { textOfFile } from './file-text.ts';
import { furtherReadings } from './further-readings.ts';
import { mapRequest, type RequestString } from './request-strings.ts';

/** One or two texts: every string on lines of its own, and neighbours joined without a gap. */
export function* readingsOf(request: ModelRequest, turns: Turns): Paced<readonly string[]> {
  const texts: string[] = [];
  const add = (text: string): void => {
    if (text !== '') texts.push(text);
  };
  yield* mapRequest(
    request,
    {
      string(found) {
        const wait = turns.spend(found.text.length);
        add(found.reading === 'file' ? (textOfFile(found.text, mediaTypeOf(found))?.text ?? '') : found.text);
        for (const further of furtherReadings(found.text, found.reading)) add(further);
        return wait === null ? found.text : afterWait(wait, found.text);
      },
      // biome-ignore lint/correctness/useYield: a visitor may wait, this one need not
      *number(value) {
        return value;
      },
      json: (value) => add(JSON.stringify(value)),
    },
    turns,
  );
  const apart = texts.join('\n');
  const joined = request.kind === 'completion' ? joinedTexts(request) : '';
  return joined === '' ? [apart] : [apart, joined];
}

export const mediaTypeOf = ({ holder }: RequestString): string =>
  'mediaType' in holder && typeof holder.mediaType === 'string' ? holder.mediaType : '';

/** Neighbouring texts joined; empty when no two texts are neighbours. */
function joinedTexts({ messages }: CompletionRequest): string {
  if (messages.length === 1 && messages[0]?.content.length === 1) return '';
  const runs: { readonly side: string; readonly said: string[]; readonly thought: string[] }[] = [];
  const system: string[] = [];
  for (const message of messages) {
    const side = sideOf(message);
    let run = runs.at(-1);
    if (run?.side !== side) {
      run = { side, said: [], thought: [] };
      runs.push(run);
    }
    for (const part of message.content) {
      const text = textIn(part);
      if (text === null || text === '') continue;
      if (side === 'system') system.push(text);
      else if (part.type === 'reasoning') run.thought.push(text);
      else run.said.push(text);
    }
  }
  return [system, ...runs.flatMap(({ said, thought }) => [said, thought])]
    .filter((texts) => texts.length > 1)
    .map((texts) => texts.join(''))
    .join('\n');
}

/** Some vendors have no role for tools: their results stand in a message of the user. System messages are moved to the front by some. */
const sideOf = ({ role }: Message): string => (role === 'tool' ? 'user' : role);

function textIn(part: ContentPart): string | null {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'file':
      return textOfFile(part.base64, part.mediaType)?.text ?? null;
    case 'tool-result':
      return typeof part.content === 'string' ? part.content : null;
    default:
      return null;
  }
}
