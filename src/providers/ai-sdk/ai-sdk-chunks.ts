/**
 * Translates the stream parts of the AI SDK's specification V4 into chunks. The SDK adds part types in patch releases, so
 * unknown parts are ignored.
 */
import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, LanguageModelV4Usage, SharedV4Warning } from '@ai-sdk/provider';
import type { Chunk, FinishReason } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { type Metadata, type OpaqueFields, opaqueOf, textOpaqueOf } from '../../wires/opaque-parts.ts';

/** Makes the function that translates the parts of one stream; it remembers the blocks that are open. Without `finish` and `error`. */
export function chunksOf(opaque: OpaqueFields): (part: LanguageModelV4StreamPart) => readonly Chunk[] {
  const blocks = new Map<string, Metadata>();
  const toolNames = new Map<string, string>();
  const noted = (id: string, metadata: Metadata | undefined): void => {
    const news = metadata?.[opaque.vendor];
    if (news !== undefined) blocks.set(id, { [opaque.vendor]: { ...blocks.get(id)?.[opaque.vendor], ...news } });
  };
  /** The part of a block that the vendor wants back, as reasoning without text. */
  const closing = (id: string, from: typeof opaqueOf): Chunk[] => {
    const text = from(blocks.get(id), opaque);
    blocks.delete(id);
    return text === undefined ? [] : [{ type: 'reasoning', text: '', opaque: text }];
  };
  return (part) => {
    switch (part.type) {
      case 'stream-start':
        return part.warnings.map(warningOf);
      case 'text-start':
      case 'reasoning-start':
        noted(part.id, part.providerMetadata);
        return [];
      case 'text-delta':
        noted(part.id, part.providerMetadata);
        return part.delta === '' ? [] : [{ type: 'text', text: part.delta }];
      case 'reasoning-delta':
        noted(part.id, part.providerMetadata);
        return part.delta === '' ? [] : [{ type: 'reasoning', text: part.delta }];
      case 'text-end':
        noted(part.id, part.providerMetadata);
        return closing(part.id, textOpaqueOf);
      case 'reasoning-end':
        noted(part.id, part.providerMetadata);
        return closing(part.id, opaqueOf);
      case 'tool-input-start':
        if (part.providerExecuted === true) return [];
        toolNames.set(part.id, part.toolName);
        return [{ type: 'tool-call', id: part.id, name: part.toolName, argumentsText: '', done: false }];
      case 'tool-input-delta': {
        const name = toolNames.get(part.id);
        return name === undefined || part.delta === ''
          ? []
          : [{ type: 'tool-call', id: part.id, name, argumentsText: part.delta, done: false }];
      }
      case 'tool-call': {
        if (part.providerExecuted === true) return [];
        const { toolCallId: id, toolName: name, input: argumentsText } = part;
        const text = opaqueOf(part.providerMetadata, opaque);
        return [{ type: 'tool-call', id, name, argumentsText, done: true, ...(text === undefined ? {} : { opaque: text }) }];
      }
      case 'file':
      case 'reasoning-file':
        return [
          { type: 'warning', message: `The model made a file of type ${part.mediaType}; answers here are text, so it was left out.` },
        ];
      default:
        return [];
    }
  };
}

/** The SDK's names of settings, where ours differ. */
const ourNames: Readonly<Record<string, string>> = { stopSequences: 'stop', responseFormat: 'output', inputSchema: 'tools' };

export function warningOf(warning: SharedV4Warning): Chunk {
  const message = (() => {
    switch (warning.type) {
      case 'unsupported':
        return `The model does not support ${ourNames[warning.feature] ?? warning.feature}; it was left out or changed.${explained(warning.details)}`;
      case 'compatibility':
        return `The request was adapted for the model (${ourNames[warning.feature] ?? warning.feature}).${explained(warning.details)}`;
      case 'deprecated':
        return `The setting ${warning.setting} is deprecated.`;
      default:
        return `The request was adapted for the model.${explained(warning.message)}`;
    }
  })();
  return { type: 'warning', message };
}

/** The text up to the first brace: behind it the SDK quotes the prompt. */
function explained(details: string | undefined): string {
  const text = details?.replace(/[{[][\s\S]*$/, '').trim() ?? '';
  return text === '' ? '' : ` ${text}`;
}

/**
 * The vendor's count in disjoint classes; null when it sent none. Vendors that do not tell reasoning apart have it in
 * `outputTokens`; a total that exceeds its classes is believed, and the difference counts as fresh input or output. What
 * cannot be (more cached than there was input, say) stays visible as a negative class or NaN: `pipeline/route/judged-usage.ts` judges it.
 */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): Usage | null {
  if (inputTokens.total === undefined && inputTokens.noCache === undefined && outputTokens.total === undefined) return null;
  const cacheReadTokens = inputTokens.cacheRead ?? 0;
  const cacheWriteTokens = inputTokens.cacheWrite ?? 0;
  const reasoningTokens = outputTokens.reasoning ?? 0;
  return {
    freshInputTokens: restOf(inputTokens.total, cacheReadTokens + cacheWriteTokens, inputTokens.noCache),
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: restOf(outputTokens.total, reasoningTokens, outputTokens.text),
    reasoningTokens,
  };
}

/** What is left of the total beside the other classes; where the vendor also told it, and the total has more, the larger. */
function restOf(total: number | undefined, others: number, told: number | undefined): number {
  if (total === undefined) return told ?? 0;
  const rest = total - others;
  return told === undefined || rest < 0 ? rest : Math.max(rest, told);
}

/** Null where the answer did not end by itself. */
export function finishOf({ unified }: LanguageModelV4FinishReason): FinishReason | null {
  switch (unified) {
    case 'stop':
    case 'length':
    case 'tool-calls':
    case 'content-filter':
      return unified;
    case 'error':
    case 'interrupted':
      return null;
    default:
      return 'other';
  }
}
