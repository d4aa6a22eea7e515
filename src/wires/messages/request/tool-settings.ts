/** The tools of a request and which of them must be called, as fields of the body. */
import type { CompletionRequest, Tool, ToolChoice } from '../../../core/request/request.ts';
import type { JsonObject } from '../../json-fields.ts';
import { type ProviderOptions, unsupported } from '../../provider-options.ts';

export interface ToolSettings {
  readonly jsonTool: string | null;
  readonly options: ProviderOptions;
  /** False: the model refuses to be made to call a tool, as all do while they think by a budget. */
  readonly forces: boolean;
  readonly stream: boolean;
  readonly warn: (message: string) => void;
}

export function toolFields(request: CompletionRequest, settings: ToolSettings): JsonObject {
  const { jsonTool, options } = settings;
  const { output } = request;
  if (jsonTool !== null && output.format === 'json' && output.schema !== null) {
    const answer: Tool = { name: jsonTool, description: 'Respond with a JSON object.', parameters: output.schema };
    const tools = [...usableTools(request), answer];
    return fields(tools, settings.forces ? { type: 'any' } : { type: 'auto' }, true, settings);
  }
  if (request.tools.length === 0) return {};
  const isSerial = options.flag('disableParallelToolUse');
  const { tools, toolChoice } = forcible(request, settings);
  return fields(tools, choiceOf(toolChoice), isSerial, settings);
}

/** Beside the tool that takes the answer. */
function usableTools({ tools, toolChoice }: CompletionRequest): readonly Tool[] {
  if (toolChoice.type === 'none') return [];
  return toolChoice.type === 'tool' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
}

/** Where no tool can be forced, the one that should be is the only one offered. */
function forcible(request: CompletionRequest, { forces, warn }: ToolSettings): Pick<CompletionRequest, 'tools' | 'toolChoice'> {
  const { tools, toolChoice } = request;
  if (forces || toolChoice.type === 'auto' || toolChoice.type === 'none') return { tools, toolChoice };
  warn(unsupported('toolChoice', 'No tool can be forced with this model or with its thinking; the model decides whether it calls one.'));
  return { tools: usableTools(request), toolChoice: { type: 'auto' } };
}

function choiceOf(toolChoice: ToolChoice): JsonObject {
  switch (toolChoice.type) {
    case 'auto':
    case 'none':
      return { type: toolChoice.type };
    case 'required':
      return { type: 'any' };
    case 'tool':
      return { type: 'tool', name: toolChoice.name };
  }
}

function fields(tools: readonly Tool[], choice: JsonObject, isSerial: boolean | undefined, settings: ToolSettings): JsonObject {
  const isEager = settings.stream && settings.options.flag('toolStreaming') !== false;
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      ...(description === null ? {} : { description }),
      input_schema: parameters,
      ...(isEager ? { eager_input_streaming: true } : {}),
    })),
    tool_choice: { ...choice, ...(isSerial === undefined || choice['type'] === 'none' ? {} : { disable_parallel_tool_use: isSerial }) },
  };
}
