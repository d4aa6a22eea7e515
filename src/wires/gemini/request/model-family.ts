/** What the families of Google's models differ in, by the model's name. A name that is not known counts as the newest. */
import type { CompletionRequest } from '../../../core/request/request.ts';

export interface GeminiSettings {
  /** Name of a tool that takes the JSON of the answer, for models that cannot be asked for JSON beside tools; null: they are asked for it. */
  readonly jsonTool: string | null;
}

const gemini = /(^|[/.])gemini-/i;
const before3 = /(^|[/.])gemini-(?:[12](?:[.-]|$)|pro(?:-vision)?$|robotics-er-1\.5(?:[.-]|$))/i;

export const isGemini3 = (model: string): boolean => gemini.test(model) && !before3.test(model);

/** Gemma has no system instruction. */
export const isGemma = (model: string): boolean => /(^|\/)gemma-/i.test(model);

/** Models before Gemini 3 refuse to be asked for JSON beside tools. */
export const asksForJson = (model: string, { output, tools }: CompletionRequest): boolean =>
  output.format === 'json' && (tools.length === 0 || isGemini3(model) || !gemini.test(model));

export const geminiSettings = (model: string, request: CompletionRequest): GeminiSettings => ({ jsonTool: jsonToolOf(model, request) });

function jsonToolOf(model: string, request: CompletionRequest): string | null {
  const { output, tools, toolChoice } = request;
  if (output.format !== 'json' || output.schema === null || tools.length === 0 || !gemini.test(model)) return null;
  const isForced = toolChoice.type === 'required' || toolChoice.type === 'tool';
  if (asksForJson(model, request) && !isForced) return null;
  const isTaken = (name: string): boolean => tools.some((tool) => tool.name === name);
  let name = 'json';
  for (let suffix = 1; isTaken(name); suffix += 1) name = `json_${suffix}`;
  return name;
}

/** How the model is named in paths and bodies: tuned models bring a path of their own. */
export const pathOf = (model: string): string => (model.includes('/') ? model : `models/${model}`);
