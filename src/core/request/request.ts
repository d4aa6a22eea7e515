/** ModelRequest: what is asked of a model, in our own words. Each provider translates it into its vendor's words. */
import type { JsonSchema } from './json-schema.ts';

export type ModelRequest = CompletionRequest | EmbeddingRequest;

export interface CompletionRequest {
  readonly kind: 'completion';
  readonly messages: readonly Message[];
  /** Upper bound of the rendered input, in tokens; null: the deployment's context window alone. */
  readonly maxInputTokens: number | null;
  /** Upper bound of the answer, reasoning included, in tokens; null: the deployment's own. */
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly stop: readonly string[];
  readonly seed: number | null;
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
  readonly output: Output;
  /** Vendor parameters that the route allows, by their own names. */
  readonly providerOptions: Readonly<Record<string, unknown>>;
}

export interface EmbeddingRequest {
  readonly kind: 'embedding';
  readonly texts: readonly string[];
  /** Length of each vector; null: the model's own. */
  readonly dimensions: number | null;
}

export interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: readonly ContentPart[];
}

/** `opaque` is the vendor's own part (a signature, an id): it came with the output and goes back unchanged. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly url: string }
  | { readonly type: 'image'; readonly base64: string; readonly mediaType: string }
  | { readonly type: 'file'; readonly base64: string; readonly mediaType: string; readonly name: string | null }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: unknown; readonly opaque?: string }
  | { readonly type: 'tool-result'; readonly callId: string; readonly content: unknown; readonly isError: boolean }
  | { readonly type: 'reasoning'; readonly text: string; readonly opaque?: string };

export interface Tool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonSchema;
}

export type ToolChoice = { readonly type: 'auto' | 'none' | 'required' } | { readonly type: 'tool'; readonly name: string };

/** `schema: null` asks for any JSON value. */
export type Output = { readonly format: 'text' } | { readonly format: 'json'; readonly schema: JsonSchema | null };

/** A completion request from a prompt alone, every other setting left to the deployment. */
export function completionRequest(
  prompt: string | readonly Message[],
  settings: Partial<Omit<CompletionRequest, 'kind' | 'messages'>> = {},
): CompletionRequest {
  return {
    kind: 'completion',
    messages: typeof prompt === 'string' ? [{ role: 'user', content: [{ type: 'text', text: prompt }] }] : prompt,
    maxInputTokens: null,
    maxOutputTokens: null,
    temperature: null,
    topP: null,
    stop: [],
    seed: null,
    tools: [],
    toolChoice: { type: 'auto' },
    output: { format: 'text' },
    providerOptions: {},
    ...settings,
  };
}
