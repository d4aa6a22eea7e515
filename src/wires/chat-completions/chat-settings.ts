import type { JsonSchema } from '../../core/request/json-schema.ts';
import type { OpaqueFields } from '../opaque-parts.ts';
import { optionNames } from './request/option-names.ts';

/** What servers of Chat Completions differ in. */
export interface ChatSettings {
  readonly opaque: OpaqueFields;
  /** OpenAI's reasoning models refuse `max_tokens`; other servers know nothing else. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Null: the model takes no system messages. */
  readonly systemRole: 'system' | 'developer' | null;
  /** Where reasoning goes back with the history; null: it does not. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null;
  /** Results of tools that failed are sent as `{"error": …}`. */
  readonly wrapsErrors: boolean;
  /** What provider options are called in the body, where it is not their own name; null: they have no place in it. */
  readonly optionNames: Readonly<Record<string, string | null>>;
  /** Provider options that are not named above are left out, with a warning; else they are sent under their own names. */
  readonly namedOptionsOnly: boolean;
  /** Fields of the body that provider options may replace. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields of the body that the model refuses: they are left out, with a warning. */
  readonly unsupported: readonly string[];
  /** A schema as the model takes it; `warn` gets what it cannot enforce. */
  readonly adaptSchema?: (schema: JsonSchema, warn: (message: string) => void) => JsonSchema;
  /** Text in `<think>…</think>` at the beginning of an answer is reasoning. */
  readonly thinkTags: boolean;
  /** Names a tool call to which the server gave no id, or one that is taken. Default: a random one. */
  readonly newCallId?: () => string;
}

/** A server of which nothing else is known. */
export const plainChat: ChatSettings = {
  opaque: { vendor: 'compatible', fields: ['thoughtSignature'] },
  maxTokensField: 'max_tokens',
  systemRole: 'system',
  reasoningField: 'reasoning_content',
  wrapsErrors: false,
  optionNames: { ...optionNames, strictJsonSchema: null },
  namedOptionsOnly: false,
  defaults: {},
  unsupported: [],
  thinkTags: false,
};
