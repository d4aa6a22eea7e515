import type { JsonSchema } from '../../core/request/json-schema.ts';
import type { OpaqueFields } from '../opaque-parts.ts';
import { optionNames } from './request/option-names.ts';

/** What servers of Chat Completions differ in. */
export interface ChatSettings {
  readonly opaque: OpaqueFields;
  /** The field for the maximum: OpenAI's reasoning models refuse `max_tokens`, and other servers know no other field. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Null: the model takes no system messages. */
  readonly systemRole: 'system' | 'developer' | null;
  /** The field in which reasoning goes back with the history; null: reasoning does not go back. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | null;
  /** Results of tools that failed are sent as `{"error": …}`. */
  readonly wrapsErrors: boolean;
  /** Names of provider options in the body, where they differ from ours; null: the option has no place in the body. */
  readonly optionNames: Readonly<Record<string, string | null>>;
  /** Whether provider options that are not named above are left out with a warning. Otherwise they are sent under their own names. */
  readonly namedOptionsOnly: boolean;
  /** Fields of the body that provider options may replace. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields of the body that the model refuses: they are left out, with a warning. */
  readonly unsupported: readonly string[];
  /** The schema in the form that the model takes. `warn` is told what the model cannot enforce. */
  readonly adaptSchema?: (schema: JsonSchema, warn: (message: string) => void) => JsonSchema;
  /** Text in `<think>…</think>` at the beginning of an answer is reasoning. */
  readonly thinkTags: boolean;
  /** Names a tool call to which the server gave no id, or one that is taken. Default: a random one. */
  readonly newCallId?: () => string;
}

/** Settings of a server of which nothing else is known. */
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
