/**
 * Replaces the personal data in every string of a request by placeholders. Where a placeholder would change the meaning of
 * the request, the request is refused, and the refusal names the place (see `../request-strings.ts`).
 */
import { GatewayError } from '../../../core/errors.ts';
import type { CompletionRequest, ContentPart, Message, ModelRequest } from '../../../core/request/request.ts';
import type { Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { textOfFile } from '../file-text.ts';
import { furtherReadings } from '../further-readings.ts';
import { maskingName } from '../guardrail.ts';
import { mediaTypeOf } from '../request-readings.ts';
import { mapRequest, type Place, pointerOf, type RequestString } from '../request-strings.ts';
import type { Kind } from './personal-data.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** From here on an integer has the 13 digits of the shortest card number. */
const minCardNumber = 1e12;

/** Throws GUARDRAIL_BLOCKED, with the place of what cannot be masked. */
export function* maskRequest(request: ModelRequest, pseudonyms: Pseudonyms, turns: Turns): Paced<ModelRequest> {
  const runs = request.kind === 'completion' ? runsOf(request, pseudonyms) : new Map<object, RunPart>();

  function* refuseIn(text: string, place: Place): Paced<void> {
    const kind = yield* pseudonyms.kindIn(text);
    if (kind !== null) throw yield* cannotMask(kind, place, pseudonyms);
  }

  function string(found: RequestString): string | Paced<string> {
    const { text, reading, place, holder } = found;
    if (text === '') return text;
    if (reading !== 'prose') return structured(found);
    const part = place.key === 'text' ? runs.get(holder) : undefined;
    return part === undefined ? pseudonyms.maskShort(text) : part.masked();
  }

  function* structured(found: RequestString): Paced<string> {
    const { text, reading, place } = found;
    switch (reading) {
      case 'id':
        return (yield* pseudonyms.mask(text)).replace(/<([A-Z]+_\d+)>/g, '$1');
      case 'file':
        return yield* maskedFile(found);
      default:
        yield* refuseIn(text, place);
        for (const further of furtherReadings(text, reading)) yield* refuseIn(further, place);
        return text;
    }
  }

  function* maskedFile(found: RequestString): Paced<string> {
    const mediaType = mediaTypeOf(found);
    const inside = textOfFile(found.text, mediaType);
    if (inside === null) return found.text;
    // A PDF may be written in ASCII, but counts its bytes.
    if (mediaType === 'application/pdf') {
      yield* refuseIn(inside.text, found.place);
      return found.text;
    }
    const masked = yield* pseudonyms.mask(inside.text);
    return masked === inside.text ? found.text : inside.encoded(masked);
  }

  function* number(value: number, fixed: boolean, place: Place): Paced<unknown> {
    if (!Number.isInteger(value) || Math.abs(value) < minCardNumber) return value;
    const text = String(value);
    if (fixed) {
      yield* refuseIn(text, place);
      return value;
    }
    const masked = yield* pseudonyms.mask(text);
    return masked === text ? value : masked;
  }

  const masked = yield* mapRequest(request, { string, number }, turns);
  return request.kind === 'completion' && masked.kind === 'completion' && runs.size > 0 ? withoutEmptied(request, masked) : masked;
}

/** The same for a request of plain texts (`../plain-texts.ts`), without a walk over it: nothing else in it is anybody's, and no two texts are a run. */
export function* maskPlainTexts(request: CompletionRequest, pseudonyms: Pseudonyms): Paced<CompletionRequest> {
  let changed = false;
  const messages: Message[] = [];
  for (const message of request.messages) {
    const [part] = message.content;
    const given = part?.type === 'text' ? part.text : '';
    const masking = pseudonyms.maskShort(given);
    const text = typeof masking === 'string' ? masking : yield* masking;
    changed ||= text !== given;
    messages.push(text === given ? message : { ...message, content: [{ type: 'text', text }] });
  }
  return changed ? { ...request, messages } : request;
}

interface RunPart {
  masked(): Paced<string>;
}

/**
 * Texts that a model reads one behind the other: of a message, and of messages of one role that follow each other. The parts
 * of a system message are sent on lines of their own, so they are not a run.
 */
function runsOf({ messages }: CompletionRequest, pseudonyms: Pseudonyms): Map<object, RunPart> {
  const parts = new Map<object, RunPart>();
  if (messages.length === 1 && messages[0]?.content.length === 1) return parts;
  for (const type of ['text', 'reasoning'] as const) {
    let run: Extract<ContentPart, { type: typeof type }>[] = [];
    let role: Message['role'] | null = null;
    const close = (): void => {
      if (run.length > 1) addRun(run, pseudonyms, parts);
      run = [];
    };
    for (const message of messages) {
      if (message.role !== role) close();
      role = message.role;
      if (role === 'system') continue;
      for (const part of message.content) if (part.type === type) run.push(part as (typeof run)[number]);
    }
    close();
  }
  return parts;
}

function addRun(run: readonly { readonly text: string }[], pseudonyms: Pseudonyms, parts: Map<object, RunPart>): void {
  let all: readonly string[] | null = null;
  for (const [index, part] of run.entries()) {
    parts.set(part, {
      *masked() {
        all ??= yield* pseudonyms.maskRun(run.map(({ text }) => text));
        return all[index] ?? '';
      },
    });
  }
}

/** Vendors refuse empty texts: what a placeholder before it stands for is left out. */
function withoutEmptied(request: CompletionRequest, masked: CompletionRequest): CompletionRequest {
  let emptied = false;
  const messages = masked.messages.flatMap((message, index) => {
    const before = request.messages[index]?.content ?? [];
    const content = message.content.filter((part, at) => {
      const was = before[at];
      const gone = part.type === 'text' && part.text === '' && was?.type === 'text' && was.text !== '';
      emptied ||= gone;
      return !gone;
    });
    return content.length === message.content.length ? [message] : content.length === 0 ? [] : [{ ...message, content }];
  });
  return emptied ? { ...masked, messages } : masked;
}

const words: Readonly<Record<Kind, string>> = {
  LITERAL: 'a placeholder',
  SECRET: 'a secret',
  EMAIL: 'an e-mail address',
  IBAN: 'an IBAN',
  CARD: 'a card number',
  SSN: 'a social security number',
  IP: 'an IP address',
  PHONE: 'a telephone number',
};

/** The pointer is masked itself: names on the way to the place may be what must not be repeated. */
function* cannotMask(kind: Kind, place: Place, pseudonyms: Pseudonyms): Paced<GatewayError> {
  const segments: string[] = [];
  for (const segment of pointerOf(place).split('/')) {
    const readings = [segment, ...furtherReadings(segment, 'pattern'), ...furtherReadings(segment, 'reference')];
    segments.push((yield* pseudonyms.kindIn(readings.join('\n'))) === null ? segment : '…');
  }
  return new GatewayError(
    'GUARDRAIL_BLOCKED',
    `The request has what looks like ${words[kind]} at ${segments.join('/')}. Its route masks personal data, and there a placeholder would change what is asked. Elsewhere (in messages, descriptions, values) it is masked and restored.`,
    { guardrail: maskingName, on: 'input' },
  );
}
