/**
 * The texts of a request that has nothing else to be read, as most have: a message of each side in turn, with one text each, and settings
 * that are numbers. They are checked and masked without a walk over the request. A field that is not named here makes a request one
 * that is walked.
 */
import type { ContentPart, Message, ModelRequest } from '../../core/request/request.ts';

/** Maximum length of all texts together. Longer ones are read in slices. */
const maxUnits = 4_096;

/** Null: the request must be walked (`request-strings.ts`). */
export function plainTexts(request: ModelRequest): readonly string[] | null {
  if (request.kind !== 'completion' || !hasPlainSettings(request)) return null;
  const texts: string[] = [];
  let units = 0;
  let system = 0;
  let role: Message['role'] | null = null;
  for (const message of request.messages) {
    const text = textOf(message);
    if (text === null || message.role === role || message.role === 'tool') return null;
    ({ role } = message);
    if (role === 'system') system += 1;
    units += text.length;
    if (units > maxUnits || system > 1) return null;
    if (text !== '') texts.push(text);
  }
  return texts;
}

/** The only text of the message; null for a message with another part, or with several. */
function textOf(message: Message): string | null {
  for (const name in message) if (name !== 'role' && name !== 'content') return null;
  const { content } = message;
  const [part] = content;
  return part === undefined || content.length > 1 ? null : textIn(part);
}

function textIn(part: ContentPart): string | null {
  for (const name in part) if (name !== 'type' && name !== 'text') return null;
  return part.type === 'text' ? part.text : null;
}

function hasPlainSettings(request: ModelRequest): boolean {
  for (const name in request) {
    const value: unknown = request[name as keyof ModelRequest];
    switch (name) {
      case 'kind':
      case 'messages':
        break;
      case 'toolChoice':
      case 'output':
        if (!isOneWord(value)) return false;
        break;
      default:
        if (value !== null && typeof value !== 'number' && !isEmpty(value)) return false;
    }
  }
  return true;
}

/** `{ type: 'auto' }` and `{ format: 'text' }`. */
function isOneWord(value: unknown): boolean {
  for (const name in value as object) if (name !== 'type' && name !== 'format') return false;
  return true;
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}
