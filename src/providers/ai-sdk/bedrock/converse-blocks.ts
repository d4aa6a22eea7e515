/** Reads the blocks of a message of Converse: text, reasoning, and calls of tools, in pieces or whole. */
import type { Chunk } from '../../../core/chunk.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../../../wires/json-fields.ts';
import { type OpaqueFields, opaqueOf } from '../../../wires/opaque-parts.ts';
import { type PendingCall, pendingCall } from '../../../wires/pending-call.ts';
import type { Said } from '../../../wires/settle-finish.ts';

/** The SDK's name of the vendor, and what models on Bedrock want back with the history. */
export const bedrockOpaque: OpaqueFields = { vendor: 'amazonBedrock', fields: ['signature', 'redactedContent'] };

export interface BlockReader {
  begin(index: number, start: JsonObject): readonly Chunk[];
  piece(index: number, delta: JsonObject): readonly Chunk[];
  close(index: number): readonly Chunk[];
  whole(index: number, block: JsonObject): readonly Chunk[];
  /** Closes the open block. */
  end(): readonly Chunk[];
  readonly said: Said;
}

interface Block {
  call: PendingCall | null;
  /** Whether the arguments of this tool are the answer. */
  isJson: boolean;
  signature: string;
  redactedContent: string;
}

/** `jsonTool`: see `decodeConverseEvents`. */
export function readBlocks(jsonTool: string | null): BlockReader {
  const ids = new Set<string>();
  const blocks = new Map<number, Block>();
  const said = { text: false, toolCall: false };

  const blockAt = (index: number): Block => {
    const block = blocks.get(index) ?? { call: null, isJson: false, signature: '', redactedContent: '' };
    blocks.set(index, block);
    return block;
  };
  const textChunks = (text: string): readonly Chunk[] => {
    if (text !== '') said.text = true;
    return text === '' ? [] : [{ type: 'text', text }];
  };
  const beginCall = (block: Block, { toolUseId, name }: JsonObject): readonly Chunk[] => {
    block.isJson = jsonTool !== null && name === jsonTool;
    if (block.isJson) return [];
    block.call = pendingCall(ids);
    return block.call.begin({ id: toolUseId, name });
  };
  const reasoning = (block: Block, content: unknown): readonly Chunk[] => {
    const { reasoningText, text, signature, redactedContent } = objectOf(content);
    const within = objectOf(reasoningText);
    block.signature += textOf(signature ?? within['signature']);
    block.redactedContent += textOf(redactedContent);
    const thought = textOf(text ?? within['text']);
    return thought === '' ? [] : [{ type: 'reasoning', text: thought }];
  };
  const close = (index: number): readonly Chunk[] => {
    const block = blocks.get(index);
    if (block === undefined) return [];
    blocks.delete(index);
    const { signature, redactedContent } = block;
    const kept = { ...(signature === '' ? {} : { signature }), ...(redactedContent === '' ? {} : { redactedContent }) };
    const opaque = opaqueOf({ [bedrockOpaque.vendor]: kept }, bedrockOpaque);
    const call = block.call?.end({}, undefined) ?? [];
    if (call.length > 0) said.toolCall = true;
    return [...(opaque === undefined ? [] : [{ type: 'reasoning' as const, text: '', opaque }]), ...call.map(withArguments)];
  };

  return {
    begin: (index, { toolUse }) => (toolUse === undefined ? [] : beginCall(blockAt(index), objectOf(toolUse))),
    piece(index, { text, toolUse, reasoningContent }) {
      const block = blockAt(index);
      const input = textOf(objectOf(toolUse)['input']);
      const called = block.isJson ? textChunks(input) : (block.call?.piece(input) ?? []);
      return [...textChunks(textOf(text)), ...called, ...reasoning(block, reasoningContent)];
    },
    close,
    whole(index, { text, toolUse, reasoningContent, citationsContent }) {
      const block = blockAt(index);
      const called = toolUse === undefined ? [] : beginCall(block, objectOf(toolUse));
      const input = toolUse === undefined ? '' : JSON.stringify(objectOf(toolUse)['input'] ?? {});
      const cited = listOf(objectOf(citationsContent)['content']).map((one) => textOf(objectOf(one)['text']));
      const pieces = block.isJson ? textChunks(input) : (block.call?.piece(input) ?? []);
      const texts = [textOf(text), ...cited].flatMap(textChunks);
      return [...texts, ...called, ...pieces, ...reasoning(block, reasoningContent), ...close(index)];
    },
    end: () => [...blocks.keys()].flatMap(close),
    said,
  };
}

/** The arguments, which are empty for a tool without parameters. */
const withArguments = (chunk: Chunk): Chunk =>
  chunk.type === 'tool-call' && chunk.done && chunk.argumentsText === '' ? { ...chunk, argumentsText: '{}' } : chunk;
