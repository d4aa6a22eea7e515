/** The inputs of the schema that this client sends: types alone. The schema's own descriptions hold. */

export interface CompletionInput {
  /** Exactly one of the three. */
  readonly prompt: PromptInput;
  /** `prompt` is what is new in it. */
  readonly conversation?: AiConversationInput | null | undefined;
  /** `default` without it. */
  readonly route?: string | null | undefined;
  readonly maxInputTokens?: number | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly topP?: number | null | undefined;
  readonly stop?: readonly string[] | null | undefined;
  readonly seed?: number | null | undefined;
  readonly tools?: readonly ToolInput[] | null | undefined;
  readonly toolChoice?: { readonly mode: 'AUTO' | 'NONE' | 'REQUIRED' } | { readonly tool: string } | null | undefined;
  readonly output?: { readonly format?: 'TEXT' | 'JSON' | undefined; readonly schema?: unknown } | null | undefined;
  readonly cache?: CacheInput | null | undefined;
  /** The client makes one where none is given: the same key is the same completion, billed once. */
  readonly idempotencyKey?: string | null | undefined;
  readonly tags?: Readonly<Record<string, string>> | null | undefined;
  readonly providerOptions?: unknown;
}

export interface AiAnswerInput {
  readonly collection: string;
  readonly question: string;
  /** What was said before: the question may be a follow-up. */
  readonly messages?: readonly MessageInput[] | null | undefined;
  readonly conversation?: AiConversationInput | null | undefined;
  readonly route?: string | null | undefined;
  readonly first?: number | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly cache?: CacheInput | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly tags?: Readonly<Record<string, string>> | null | undefined;
}

export interface AiConversationInput {
  readonly id: string;
  /** This turn takes the place of the last one, where that was answered by this completion. */
  readonly replaces?: string | null | undefined;
}

export type PromptInput =
  | { readonly text: string }
  | { readonly messages: readonly MessageInput[] }
  | {
      readonly template: {
        readonly id: string;
        readonly version?: string | null | undefined;
        readonly variables?: unknown;
        /** The prompt is the system prompt of this conversation then. */
        readonly messages?: readonly MessageInput[] | null | undefined;
      };
    };

export interface MessageInput {
  readonly role: 'SYSTEM' | 'USER' | 'ASSISTANT' | 'TOOL';
  readonly content: readonly ContentPartInput[];
}

export type ContentPartInput =
  | { readonly text: string }
  | { readonly image: { readonly url: string } | { readonly base64: string } }
  | { readonly file: { readonly mediaType: string; readonly base64: string; readonly name?: string | null | undefined } }
  | {
      readonly toolCall: {
        readonly id: string;
        readonly name: string;
        readonly arguments: unknown;
        readonly opaque?: string | null | undefined;
      };
    }
  | { readonly toolResult: { readonly callId: string; readonly content: unknown; readonly isError?: boolean | undefined } }
  | { readonly reasoning: { readonly text: string; readonly opaque?: string | null | undefined } };

export interface ToolInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** JSON Schema of an object. */
  readonly parameters: unknown;
}

export interface CacheInput {
  readonly mode?: 'DEFAULT' | 'BYPASS' | 'REFRESH' | undefined;
  readonly maxAgeSeconds?: number | null | undefined;
}
