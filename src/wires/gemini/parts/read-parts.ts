/** Reads the parts of an answer, one after the other, to chunks. */
import type { Chunk } from '../../../core/chunk.ts';
import { isObject, objectOf, textOf } from '../../json-fields.ts';
import type { Said } from '../../settle-finish.ts';
import { argumentsTextOf } from './call-arguments.ts';
import { opaqueFrom } from './signatures.ts';

export interface PartReader {
  take(part: unknown): readonly Chunk[];
  /** Returns the chunks that come with the end of the answer. */
  end(): readonly Chunk[];
  readonly said: Said;
}

/** `jsonTool`: see `GeminiSettings`. */
export function readParts(jsonTool: string | null): PartReader {
  /** The open block, which goes on while parts of its kind come, and its latest signature. */
  let open: 'text' | 'reasoning' | null = null;
  let signature = '';
  const said = { text: false, toolCall: false };
  const ids = new Set<string>();
  /** Text beside the tool that takes the JSON. It is the answer only where the tool was not called. */
  let talk = '';
  let usedJsonTool = false;

  const close = (): Chunk[] => {
    const opaque = open === null || signature === '' ? undefined : opaqueFrom(signature, open === 'text' ? 'text' : 'part');
    open = null;
    signature = '';
    // A signature travels as reasoning that says nothing.
    return opaque === undefined ? [] : [{ type: 'reasoning', text: '', opaque }];
  };

  const takeText = (text: string, kind: 'text' | 'reasoning', signed: string): Chunk[] => {
    if (text === '') {
      if (signed === '') return [];
      if (open === 'text') {
        signature = signed;
        return [];
      }
      const closed = close();
      open = kind;
      signature = signed;
      return [...closed, ...close()];
    }
    const closed = open === kind ? [] : close();
    open = kind;
    if (signed !== '') signature = signed;
    if (kind === 'text') said.text = true;
    return [...closed, { type: kind, text }];
  };

  const takeCall = (call: unknown, signed: string): Chunk[] => {
    const { id: given, name, args } = objectOf(call);
    if (typeof name !== 'string' || name === '') return [];
    const argumentsText = argumentsTextOf(args);
    if (name === jsonTool) {
      usedJsonTool = true;
      return takeText(argumentsText, 'text', signed);
    }
    const id = typeof given === 'string' && given !== '' && !ids.has(given) ? given : `call_${crypto.randomUUID()}`;
    ids.add(id);
    said.toolCall = true;
    const opaque = signed === '' ? undefined : opaqueFrom(signed, 'part');
    return [
      ...close(),
      { type: 'tool-call', id, name, argumentsText, done: false },
      { type: 'tool-call', id, name, argumentsText, done: true, ...(opaque === undefined ? {} : { opaque }) },
    ];
  };

  return {
    take(part) {
      const { text, thought, thoughtSignature, functionCall, inlineData } = objectOf(part);
      const signed = textOf(thoughtSignature);
      if (isObject(functionCall)) return takeCall(functionCall, signed);
      if (isObject(inlineData)) {
        const kind = textOf(inlineData['mimeType']).slice(0, 100) || 'unknown';
        return [
          ...close(),
          { type: 'warning', message: `The model made a file of type ${kind}; answers here are text, so it was left out.` },
        ];
      }
      if (typeof text !== 'string') return [];
      if (thought === true) return takeText(text, 'reasoning', signed);
      if (jsonTool === null) return takeText(text, 'text', signed);
      talk += text;
      return [];
    },
    end() {
      const left = usedJsonTool || said.toolCall ? [] : takeText(talk, 'text', '');
      return [...left, ...close()];
    },
    said,
  };
}
