/** Reads `tools` and `tool_choice`. Chat Completions puts the fields of a function one object deeper than Responses. */
import type { Tool, ToolChoice } from '../../core/request/request.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json-fields.ts';
import { isLeftOut, readFunction } from './body-fields.ts';
import { refusedPlace } from './refusals.ts';

export interface ToolFields {
  /** The field that holds a function; null: its fields stand beside `type`. */
  readonly functionField: 'function' | null;
  /** The field that holds a choice of several tools; null: its fields stand beside `type`. */
  readonly allowedField: 'allowed_tools' | null;
}

export interface Tools {
  /** Those that may be called. */
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
}

export function readTools(body: JsonObject, fields: ToolFields): Tools {
  const tools = declaredTools(body['tools'], fields);
  const choice = body['tool_choice'];
  if (isLeftOut(choice)) return { tools, toolChoice: { type: 'auto' } };
  if (choice === 'auto' || choice === 'none') return { tools, toolChoice: { type: choice } };
  if (tools.length === 0) throw refusedPlace('tool_choice', 'asks for a tool, and `tools` has none.');
  if (choice === 'required') return { tools, toolChoice: { type: 'required' } };
  return chosenTools(tools, objectOf(choice), fields);
}

function declaredTools(given: unknown, { functionField }: ToolFields): readonly Tool[] {
  if (isLeftOut(given)) return [];
  if (!Array.isArray(given)) throw refusedPlace('tools', 'must be a list.');
  return (given as readonly unknown[]).map((tool, index) => {
    const place = `tools[${index}]`;
    const { type } = objectOf(tool) as { readonly type?: unknown };
    if (type !== 'function') throw refusedPlace(`${place}.type`, 'must be "function". No tools are hosted here.');
    return functionField === null
      ? readFunction(objectOf(tool), place)
      : readFunction(objectOf(objectOf(tool)[functionField]), `${place}.${functionField}`);
  });
}

function chosenTools(tools: readonly Tool[], choice: JsonObject, { functionField, allowedField }: ToolFields): Tools {
  const nameOf = (one: unknown): string =>
    textOf((functionField === null ? objectOf(one) : objectOf(objectOf(one)[functionField]))['name']);
  const known = (name: string, place: string): string => {
    if (tools.some((tool) => tool.name === name)) return name;
    throw refusedPlace(place, 'names no tool of this request.');
  };
  const { type } = choice as { readonly type?: unknown };
  if (type === 'function') {
    const name = known(nameOf(choice), functionField === null ? 'tool_choice.name' : `tool_choice.${functionField}.name`);
    return { tools, toolChoice: { type: 'tool', name } };
  }
  if (type === 'allowed_tools') {
    const allowed = allowedField === null ? choice : objectOf(choice[allowedField]);
    const place = `tool_choice${allowedField === null ? '' : `.${allowedField}`}.tools`;
    const names = listOf(allowed['tools'])
      .filter(isObject)
      .map((tool, index) => known(nameOf(tool), `${place}[${index}]`));
    const kept = tools.filter(({ name }) => names.includes(name));
    return { tools: kept, toolChoice: { type: allowed['mode'] === 'required' ? 'required' : 'auto' } };
  }
  throw refusedPlace('tool_choice', 'must be auto, none, required, a function, or a list of allowed functions.');
}
