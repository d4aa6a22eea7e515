/** All text of a request, wherever it stands: what guardrails check and what personal data is masked in. */
import type { JsonSchema } from '../../core/json-schema.ts';
import type { CompletionRequest, ContentPart, ModelRequest } from '../../core/request.ts';
import { mapStrings } from '../json-strings.ts';

/** Keywords of a JSON Schema whose strings are prose or values of the caller, not structure. */
const proseKeywords = new Set(['description', 'title', 'enum', 'const', 'default', 'examples', '$comment']);

/** Every text of the request, in order of its messages, and the names that a model reads though they are never masked. */
export function textsOf(request: ModelRequest): string[] {
  const texts: string[] = request.kind === 'completion' ? namesIn(request) : [];
  mapTexts(request, (text) => {
    if (text !== '') texts.push(text);
    return text;
  });
  return texts;
}

/** The request with `change` applied to each of its texts, in the order of {@link textsOf}. Names of tools, ids and opaque parts stay. */
export function mapTexts(request: ModelRequest, change: (text: string) => string): ModelRequest {
  if (request.kind === 'embedding') return { ...request, texts: request.texts.map(change) };
  return {
    ...request,
    messages: request.messages.map((message) => ({ ...message, content: message.content.map((part) => mapPart(part, change)) })),
    tools: request.tools.map((tool) => ({
      ...tool,
      description: tool.description === null ? null : change(tool.description),
      parameters: mapSchema(tool.parameters, change),
    })),
    output: mapOutput(request, change),
    stop: request.stop.map(change),
  };
}

/** Of tools, their parameters and the members of the answer. */
function namesIn({ tools, output }: CompletionRequest): string[] {
  const schemas = [
    ...tools.map(({ parameters }) => parameters),
    ...(output.format === 'json' && output.schema !== null ? [output.schema] : []),
  ];
  return [...tools.map(({ name }) => name), ...schemas.flatMap(memberNames)];
}

function memberNames(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap(memberNames);
  const members =
    'properties' in node && typeof node.properties === 'object' && node.properties !== null ? Object.keys(node.properties) : [];
  return [...members, ...inner];
}

function mapOutput({ output }: CompletionRequest, change: (text: string) => string): CompletionRequest['output'] {
  if (output.format !== 'json' || output.schema === null) return output;
  return { ...output, schema: mapSchema(output.schema, change) };
}

function mapPart(part: ContentPart, change: (text: string) => string): ContentPart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { ...part, text: change(part.text) };
    case 'tool-call':
      return { ...part, arguments: mapStrings(part.arguments, change) };
    case 'tool-result':
      return { ...part, content: mapStrings(part.content, change) };
    case 'file':
      return {
        ...part,
        name: part.name === null ? null : change(part.name),
        base64: part.mediaType.startsWith('text/') ? mapBase64(part.base64, change) : part.base64,
      };
    case 'image':
      return part;
  }
}

/** A file that no text was changed in stays as it is, byte for byte, whatever its encoding. */
function mapBase64(base64: string, change: (text: string) => string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const changed = change(text);
  return changed === text ? base64 : Buffer.from(changed, 'utf8').toString('base64');
}

function mapSchema(schema: JsonSchema, change: (text: string) => string): JsonSchema {
  return mapNode(schema, change) as JsonSchema;
}

function mapNode(node: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(node)) return node.map((item) => mapNode(item, change));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => {
    if (key === 'properties' || key === '$defs' || key === 'definitions') return [key, mapMembers(value, change)];
    return [key, proseKeywords.has(key) ? mapStrings(value, change) : mapNode(value, change)];
  });
  return Object.fromEntries(entries);
}

/** Members of `properties` are named by the caller: one may be called `title` and is a schema all the same. */
function mapMembers(members: unknown, change: (text: string) => string): unknown {
  if (typeof members !== 'object' || members === null) return members;
  return Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, mapNode(schema, change)]));
}
