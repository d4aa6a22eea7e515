/** How the JSON of a schema is asked for: by the grammar of the vendor, or as the call of a tool that takes it. */
import type { CompletionRequest } from '../../../core/request/request.ts';
import { claudeModel } from './claude-models.ts';
import { hasGrammar } from './schema-grammar.ts';

export interface MessagesSettings {
  /** Name of a tool that takes the JSON of the answer, for models and schemas without a grammar; null: the JSON is text. */
  readonly jsonTool: string | null;
}

export function messagesSettings(model: string, { output, tools, providerOptions }: CompletionRequest): MessagesSettings {
  if (output.format === 'text' || output.schema === null) return { jsonTool: null };
  const { enforcesSchemas, forcesTools } = claudeModel(model);
  const { structuredOutputMode: mode } = providerOptions as { readonly structuredOutputMode?: unknown };
  if (mode === 'outputFormat') return { jsonTool: null };
  const canEnforce = enforcesSchemas && hasGrammar(output.schema);
  // A tool that cannot be forced is the weaker way, also where it was asked for.
  if (canEnforce && (mode !== 'jsonTool' || !forcesTools)) return { jsonTool: null };
  let name = 'json';
  for (let suffix = 1; tools.some((tool) => tool.name === name); suffix += 1) name = `json_${suffix}`;
  return { jsonTool: name };
}
