/** Reads Gemini's `contents` as the messages of a request. */
import type { ContentPart, Message } from '../../../core/request/request.ts';
import { isObject, type JsonObject, textOf } from '../../json-fields.ts';
import { opaqueOfWritten } from '../parts/signatures.ts';
import { listAt, objectAt, refusalAt, textAt } from './read-request-body.ts';

/** The calls of the history that have no result yet. Gemini's ids may be left out: then results follow the order of the calls. */
interface OpenCall {
  readonly id: string;
  readonly name: string;
}

export function decodeContents(contents: unknown): readonly Message[] {
  const open: OpenCall[] = [];
  const list = isObject(contents) ? [contents] : listAt(contents, 'contents');
  if (list.length === 0) throw refusalAt('contents', 'is empty', 'a list with at least one content');
  return list.flatMap((content, at): readonly Message[] => {
    const place = `contents[${at}]`;
    const { role = 'user', parts } = objectAt(content, place);
    const given = listAt(parts, `${place}.parts`).map((part, index) => ({
      part: objectAt(part, `${place}.parts[${index}]`),
      place: `${place}.parts[${index}]`,
    }));
    if (role === 'model')
      return messageOf(
        'assistant',
        given.flatMap(({ part, place }) => modelPart(part, place, open)),
      );
    if (role !== 'user' && role !== 'function') throw refusalAt(`${place}.role`, 'is not known', '"user" or "model"');
    return userMessages(given, open);
  });
}

/** Texts and results that stand in one content become messages of their own, in their order. */
function userMessages(given: readonly { readonly part: JsonObject; readonly place: string }[], open: OpenCall[]): readonly Message[] {
  const messages: { readonly role: 'user' | 'tool'; readonly content: ContentPart[] }[] = [];
  for (const { part, place } of given) {
    const role = part['functionResponse'] === undefined ? 'user' : 'tool';
    const content = role === 'tool' ? resultPart(part, place, open) : userPart(part, place);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(content);
    else messages.push({ role, content: [content] });
  }
  return messages;
}

const messageOf = (role: Message['role'], content: readonly ContentPart[]): readonly Message[] =>
  content.length === 0 ? [] : [{ role, content }];

function userPart({ text, inlineData, fileData }: JsonObject, place: string): ContentPart {
  if (text !== undefined) return { type: 'text', text: textAt(text, `${place}.text`) };
  if (inlineData !== undefined) {
    const { mimeType, data, displayName } = objectAt(inlineData, `${place}.inlineData`);
    const mediaType = textAt(mimeType, `${place}.inlineData.mimeType`);
    const base64 = textAt(data, `${place}.inlineData.data`);
    if (mediaType.startsWith('image/')) return { type: 'image', base64, mediaType };
    return { type: 'file', base64, mediaType, name: typeof displayName === 'string' ? displayName : null };
  }
  if (fileData !== undefined) {
    const { mimeType, fileUri } = objectAt(fileData, `${place}.fileData`);
    const url = textAt(fileUri, `${place}.fileData.fileUri`);
    if (/^image\//.test(textOf(mimeType)) && /^(https?|data):/.test(url)) return { type: 'image', url };
    throw refusalAt(`${place}.fileData`, 'cannot be fetched', 'an image with an http or https address, or inlineData');
  }
  throw refusalAt(place, 'is of a kind that is not known here', 'text, inlineData, fileData or functionResponse');
}

function modelPart({ text, thought, thoughtSignature, functionCall }: JsonObject, place: string, open: OpenCall[]): readonly ContentPart[] {
  const signature = thoughtSignature === undefined ? '' : textAt(thoughtSignature, `${place}.thoughtSignature`);
  if (functionCall !== undefined) {
    const { id, name, args } = objectAt(functionCall, `${place}.functionCall`);
    const called = textAt(name, `${place}.functionCall.name`);
    const call = { id: textOf(id) || `call_${place}`, name: called };
    open.push(call);
    return [{ type: 'tool-call', ...call, arguments: args ?? {}, ...opaquePart(signature, 'part') }];
  }
  if (text === undefined) throw refusalAt(place, 'is of a kind that is not known here', 'text or functionCall');
  const said = textAt(text, `${place}.text`);
  if (thought === true) return [{ type: 'reasoning', text: said, ...opaquePart(signature, 'part') }];
  const opaque = opaqueOfWritten(signature, 'text');
  const spoken: readonly ContentPart[] = said === '' ? [] : [{ type: 'text', text: said }];
  return opaque === undefined ? spoken : [...spoken, { type: 'reasoning', text: '', opaque }];
}

function opaquePart(signature: string, of: 'part' | 'text'): { readonly opaque?: string } {
  const opaque = opaqueOfWritten(signature, of);
  return opaque === undefined ? {} : { opaque };
}

function resultPart({ functionResponse }: JsonObject, place: string, open: OpenCall[]): ContentPart {
  const { id, name, response } = objectAt(functionResponse, `${place}.functionResponse`);
  const called = textAt(name, `${place}.functionResponse.name`);
  const given = textOf(id);
  const at = open.findIndex((call) => (given === '' ? call.name === called : call.id === given));
  const call = open[at];
  if (call === undefined) {
    throw refusalAt(
      `${place}.functionResponse`,
      'answers a call that no content before it makes',
      'a result behind the content with its functionCall',
    );
  }
  open.splice(at, 1);
  return { type: 'tool-result', callId: call.id, ...resultIn(response) };
}

/** Clients wrap a result in `output`, `result`, `content` or `error`, with the name of the tool or without. */
function resultIn(response: unknown): { readonly content: unknown; readonly isError: boolean } {
  if (!isObject(response)) return { content: response ?? {}, isError: false };
  const names = Object.keys(response).filter((name) => name !== 'name');
  const [only = ''] = names;
  if (names.length !== 1 || !['output', 'result', 'content', 'error'].includes(only)) return { content: response, isError: false };
  return { content: response[only], isError: only === 'error' };
}
