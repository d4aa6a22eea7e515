/** Turns CompletionInput into a CompletionRequest. Invalid input is refused here, before any money is spent. */
import type { Principal } from '../../core/call/call.ts';
import { firstNames } from '../../core/errors.ts';
import type { JsonSchema } from '../../core/request/json-schema.ts';
import {
  type CompletionRequest,
  completionRequest,
  type Message,
  type Output,
  type Tool,
  type ToolChoice,
} from '../../core/request/request.ts';
import { schemaSizeRefusal } from '../../core/request/schema-size.ts';
import type { RenderedTemplate } from '../../fields/prompt-templates.ts';
import { checkProviderOptions } from '../../operations/route-choice.ts';
import type { CompletionInput, PromptInput, ToolInput } from '../generated.ts';
import { checkWhole, jsonObject, refuse } from '../refuse.ts';
import type { RouteView, Services } from '../services.ts';
import { messagesOf } from './message-input.ts';
import { behindSystem } from './server-prompt.ts';

type Needs = Pick<Services, 'refuseImageUrl' | 'templates'>;

export function completionRequestOf(input: CompletionInput, route: RouteView, services: Needs, principal: Principal): CompletionRequest {
  checkWhole('maxInputTokens', input.maxInputTokens, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('maxOutputTokens', input.maxOutputTokens, 1, Number.MAX_SAFE_INTEGER);
  const { temperature, topP, seed } = input;
  if (temperature != null && (temperature < 0 || temperature > 2)) refuse(`temperature is ${temperature}. It must lie between 0 and 2.`);
  if (topP != null && (topP <= 0 || topP > 1)) refuse(`topP is ${topP}. It must lie above 0 and not above 1.`);
  const stop = input.stop ?? [];
  if (stop.length > 16 || stop.includes('')) refuse('stop may have at most 16 texts, none of them empty.');
  const tools = toolsOf(input.tools ?? []);
  const { messages, settings } = promptOf(input.prompt, route, services, principal);
  return completionRequest(messages, {
    ...settings,
    ...given({
      maxInputTokens: input.maxInputTokens,
      maxOutputTokens: input.maxOutputTokens,
      temperature,
      topP,
      seed,
      stop: input.stop,
      tools: input.tools == null ? undefined : tools,
      toolChoice: input.toolChoice == null ? undefined : toolChoiceOf(input, tools),
      output: input.output == null ? undefined : outputOf(input.output),
    }),
    providerOptions: providerOptionsOf(input.providerOptions, route),
  });
}

/** Only the settings of the caller. The template, or the deployment, sets the others. */
function given<T extends object>(settings: T): { [K in keyof T]: NonNullable<T[K]> } {
  const found: Partial<T> = {};
  for (const name in settings) if (settings[name] !== undefined && settings[name] !== null) found[name] = settings[name];
  return found as { [K in keyof T]: NonNullable<T[K]> };
}

function promptOf(prompt: PromptInput, route: RouteView, services: Needs, principal: Principal): RenderedTemplate {
  const ofRoute = (messages: readonly Message[]): RenderedTemplate => ({
    messages: route.system === null ? messages : behindSystem(messages, { system: route.system, of: `the route "${route.name}"` }, route),
    settings: {},
  });
  if (typeof prompt.text === 'string') {
    if (prompt.text.trim() === '') refuse('prompt.text is empty. It must say what you want to know.');
    return ofRoute([{ role: 'user', content: [{ type: 'text', text: prompt.text }] }]);
  }
  if (prompt.messages) return ofRoute(messagesOf(prompt.messages, 'prompt.messages', services));
  if (prompt.template) {
    const { id, version, variables, messages } = prompt.template;
    const ids = services.templates.ids();
    if (!ids.includes(id)) {
      const remedy =
        ids.length === 0 ? 'This gateway has no templates: send prompt.text or prompt.messages.' : `Templates: ${ids.join(', ')}.`;
      refuse(`There is no template "${id}". ${remedy}`);
    }
    const values = jsonObject('prompt.template.variables', variables, '{ "words": 40 }');
    const rendered = services.templates.render(id, version ?? null, values, principal);
    if (messages == null) return rendered;
    const system = rendered.messages.flatMap(({ content }) => content.map((part) => (part.type === 'text' ? part.text : ''))).join('\n');
    const conversation = messagesOf(messages, 'prompt.template.messages', services);
    return { ...rendered, messages: behindSystem(conversation, { system, of: `the template "${id}"` }, route) };
  }
  return refuse('prompt is empty. It must have exactly one of text, messages, template.');
}

function toolsOf(inputs: readonly ToolInput[]): readonly Tool[] {
  const names = new Set<string>();
  return inputs.map(({ name, description, parameters }) => {
    if (!/^[\w-]{1,64}$/.test(name))
      refuse(`The tool name "${name.slice(0, 64)}" is refused: letters, digits, _ and -, at most 64, are accepted.`);
    if (names.has(name)) refuse(`There are two tools named "${name}". Every tool needs its own name.`);
    names.add(name);
    const schema = jsonObject(`tools: ${name}.parameters`, parameters, '{ "type": "object", "properties": {} }') as JsonSchema;
    refuseLargeSchema(schema, `the parameters of the tool "${name}"`);
    return { name, description: description ?? null, parameters: schema };
  });
}

function toolChoiceOf({ toolChoice }: CompletionInput, tools: readonly Tool[]): ToolChoice {
  if (typeof toolChoice?.tool === 'string') {
    const { tool } = toolChoice;
    if (!tools.some(({ name }) => name === tool)) {
      refuse(
        `toolChoice.tool names "${tool}", which is not among the tools: ${firstNames(tools.map(({ name }) => name)) || 'there are none'}.`,
      );
    }
    return { type: 'tool', name: tool };
  }
  switch (toolChoice?.mode) {
    case 'AUTO':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'REQUIRED':
      if (tools.length === 0) refuse('toolChoice.mode is REQUIRED, and there are no tools. Send tools, or leave toolChoice out.');
      return { type: 'required' };
    default:
      return refuse('toolChoice must have a mode of AUTO, NONE or REQUIRED, or the name of a tool.');
  }
}

function outputOf({ format, schema }: NonNullable<CompletionInput['output']>): Output {
  const present = schema !== null && schema !== undefined;
  if ((format ?? 'TEXT') === 'TEXT') {
    if (present) refuse('output.schema is set, and output.format is TEXT. A schema goes with format: JSON.');
    return { format: 'text' };
  }
  if (!present) return { format: 'json', schema: null };
  const asked = jsonObject('output.schema', schema, '{ "type": "object", "properties": { "title": { "type": "string" } } }');
  refuseLargeSchema(asked, 'the output');
  return { format: 'json', schema: asked };
}

/** Checks only the size of the schema, because the cache and the guard walk through all of it before `pipeline/validate` reads it. */
function refuseLargeSchema(schema: JsonSchema, of: string): void {
  const why = schemaSizeRefusal(schema);
  if (why !== null) refuse(`The JSON Schema of ${of} is refused: ${why}`);
}

function providerOptionsOf(value: unknown, route: RouteView): Readonly<Record<string, unknown>> {
  const options = jsonObject('providerOptions', value, '{ "reasoningEffort": "low" }');
  checkProviderOptions(options, route);
  return options;
}
