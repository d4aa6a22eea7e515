/** Writes a request as the body of `generateContent`. */
import type { CompletionRequest, Tool, ToolChoice } from '../../core/request/request.ts';
import type { JsonObject } from '../json-fields.ts';
import type { EncodedRequest } from '../wire.ts';
import { encodeContents } from './request/encode-contents.ts';
import { asksForJson, type GeminiSettings } from './request/model-family.ts';
import { type PlacedOptions, placeOptions } from './request/request-options.ts';
import { responseSchemaOf } from './request/schemas.ts';

export function encodeRequest(
  request: CompletionRequest,
  { model, jsonTool }: { readonly model: string; readonly stream: boolean } & GeminiSettings,
): EncodedRequest {
  const { contents, systemInstruction, warnings } = encodeContents(request.messages, model);
  const options = placeOptions(request.providerOptions);
  const body = {
    generationConfig: generationConfigOf(request, model, jsonTool, options),
    contents,
    ...(systemInstruction === null ? {} : { systemInstruction }),
    ...toolsOf(request, jsonTool, options.toolConfig),
    ...options.body,
  };
  return { body, warnings: [...warnings, ...options.warnings] };
}

/** Fields that are null or empty are left out: the vendor decides. */
function generationConfigOf(request: CompletionRequest, model: string, jsonTool: string | null, options: PlacedOptions): JsonObject {
  const { maxOutputTokens, temperature, topP, seed, stop, output } = request;
  const asks = jsonTool === null && asksForJson(model, request);
  const schema = asks && options.structuredOutputs && output.format === 'json' ? output.schema : null;
  return {
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(seed === null ? {} : { seed }),
    ...(asks ? { responseMimeType: 'application/json' } : {}),
    ...(schema === null ? {} : { responseJsonSchema: responseSchemaOf(schema) }),
    ...options.generationConfig,
  };
}

function toolsOf({ tools, toolChoice, output }: CompletionRequest, jsonTool: string | null, toolConfig: JsonObject): JsonObject {
  if (tools.length === 0) return Object.keys(toolConfig).length === 0 ? {} : { toolConfig };
  const schema = output.format === 'json' ? output.schema : null;
  const answer = jsonTool === null || schema === null ? null : { name: jsonTool, schema };
  const functionDeclarations = [
    ...tools.map(declarationOf),
    ...(answer === null
      ? []
      : [declarationOf({ name: answer.name, description: 'Respond with a JSON object.', parameters: answer.schema })]),
  ];
  const functionCallingConfig = callingOf(answer === null ? toolChoice : choiceWith(answer.name, toolChoice));
  return { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig, ...toolConfig } };
}

const declarationOf = ({ name, description, parameters }: Tool): JsonObject => ({
  name,
  description: description ?? '',
  parametersJsonSchema: parameters,
});

/** Makes the model call a tool: any, or the one that is named. */
function choiceWith(jsonTool: string, toolChoice: ToolChoice): ToolChoice {
  if (toolChoice.type === 'tool') return toolChoice;
  return toolChoice.type === 'none' ? { type: 'tool', name: jsonTool } : { type: 'required' };
}

function callingOf(toolChoice: ToolChoice): JsonObject {
  switch (toolChoice.type) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [toolChoice.name] };
  }
}
