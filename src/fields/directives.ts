/** Reads the operator's directives on one field or type. Each mistake is returned beside the result. */
import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  valueFromASTUntyped,
} from 'graphql';
import type { AiField, EntityIndex, Mistake, Place } from './ai-field.ts';
import { isFieldDirective } from './directive-names.ts';
import type { PromptFile } from './prompts.ts';
import { parseTemplate, type Template } from './template.ts';

type TypeNodeWithFields = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;

export interface Reading {
  readonly prompts: ReadonlyMap<string, PromptFile>;
  readonly placeOf: (node: { readonly loc?: { readonly startToken: { readonly line: number } } | undefined }) => Place;
  readonly mistakes: Mistake[];
  /** The `@key` selections of each type, over all files. */
  readonly keyed: ReadonlyMap<string, readonly string[]>;
}

/** The AI field that the node declares; null for a field without an AI directive, or with one that is wrong. */
export function aiFieldOf(type: TypeNodeWithFields, node: FieldDefinitionNode, reading: Reading): AiField | null {
  const directives = (node.directives ?? []).filter(({ name }) => isFieldDirective(name.value));
  const [directive] = directives;
  if (directive === undefined) return null;
  const coordinate = `${type.name.value}.${node.name.value}`;
  const place = reading.placeOf(directive);
  const wrong = (message: string): null => {
    reading.mistakes.push({ place, message });
    return null;
  };
  if (directives.length > 1) return wrong(`${coordinate} has ${directives.length} AI directives. Give each answer a field of its own.`);
  const args = argumentsOf(directive);
  const text = (name: string): string | null => (typeof args[name] === 'string' ? args[name] : null);
  const whole = (name: string): number | null => (Number.isInteger(args[name]) && Number(args[name]) > 0 ? Number(args[name]) : null);
  const template = (name: string, source: string): Template => {
    const { template: parsed, mistakes } = parseTemplate(source);
    for (const mistake of mistakes) wrong(`${coordinate}, ${name}: ${mistake.message}`);
    return parsed;
  };
  const common = {
    coordinate,
    typeName: type.name.value,
    fieldName: node.name.value,
    type: node.type,
    arguments: node.arguments ?? [],
    description: node.description?.value ?? null,
    place,
    node,
  };
  switch (directive.name.value) {
    case 'completion': {
      const id = text('template');
      const inline = text('prompt');
      if ((id === null) === (inline === null)) return wrong(`${coordinate}: @completion needs a prompt or a template, and not both.`);
      const file = id === null ? null : reading.prompts.get(id);
      if (file === undefined) return wrong(`${coordinate}: There is no prompt "${id}". Prompts: ${joinNames(reading.prompts.keys())}.`);
      const maxInputTokens = whole('maxInputTokens') ?? file?.maxInputTokens ?? null;
      const maxOutputTokens = whole('maxOutputTokens') ?? file?.maxOutputTokens ?? null;
      if (maxInputTokens === null || maxOutputTokens === null) {
        return wrong(
          `${coordinate} has no bound on its cost. Add maxInputTokens and maxOutputTokens to @completion, such as maxInputTokens: 2000, maxOutputTokens: 120.`,
        );
      }
      const system = text('system') ?? file?.system ?? null;
      return {
        ...common,
        kind: 'completion',
        route: text('route') ?? 'default',
        prompt: template('prompt', inline ?? file?.text ?? ''),
        system: system === null ? null : template('system', system),
        promptId: file?.id ?? null,
        promptVersion: file?.version ?? null,
        maxInputTokens,
        maxOutputTokens,
        temperature: typeof args['temperature'] === 'number' ? args['temperature'] : (file?.temperature ?? null),
        select: args['select'] === 'DECLARED' ? 'DECLARED' : 'SELECTED',
      };
    }
    case 'embedding': {
      const maxInputTokens = whole('maxInputTokens');
      if (maxInputTokens === null)
        return wrong(`${coordinate} has no bound on its cost. Add maxInputTokens to @embedding, such as maxInputTokens: 2000.`);
      const source = text('text');
      if (source === null) return wrong(`${coordinate}: @embedding needs the text to embed, such as text: "{name}".`);
      return { ...common, kind: 'embedding', route: text('route') ?? 'embedding', text: template('text', source), maxInputTokens };
    }
    case 'similar': {
      const source = text('text');
      const index = text('index');
      if (source === null || index === null)
        return wrong(`${coordinate}: @similar needs an index and a text, such as index: "products", text: "{name}".`);
      return { ...common, kind: 'similar', index, text: template('text', source) };
    }
    case 'answer': {
      const collection = text('collection');
      const question = text('question');
      const maxOutputTokens = whole('maxOutputTokens');
      if (collection === null || question === null)
        return wrong(`${coordinate}: @answer needs a collection and a question, such as question: "{question}".`);
      if (maxOutputTokens === null)
        return wrong(`${coordinate} has no bound on its cost. Add maxOutputTokens to @answer, such as maxOutputTokens: 300.`);
      return {
        ...common,
        kind: 'answer',
        collection,
        question: template('question', question),
        route: text('route') ?? 'default',
        maxOutputTokens,
      };
    }
    default:
      throw new Error(`No reader of the directive @${directive.name.value} is written yet.`);
  }
}

/** The index that the type declares with `@indexed`; null when it declares none, or a wrong one. */
export function indexOf(type: TypeNodeWithFields, reading: Reading): EntityIndex | null {
  const directive = type.directives?.find(({ name }) => name.value === 'indexed');
  if (directive === undefined) return null;
  const place = reading.placeOf(directive);
  const { index, text, from } = argumentsOf(directive);
  const key = reading.keyed.get(type.name.value)?.[0];
  if (typeof index !== 'string' || typeof text !== 'string' || typeof from !== 'string') {
    reading.mistakes.push({
      place,
      message: `${type.name.value}: @indexed needs index, text and from, such as index: "products", text: "{name}", from: "products".`,
    });
    return null;
  }
  if (key === undefined) {
    reading.mistakes.push({
      place,
      message: `${type.name.value} is indexed but has no @key. Add the key of its own team, such as @key(fields: "id").`,
    });
    return null;
  }
  const { template, mistakes } = parseTemplate(text);
  for (const mistake of mistakes) reading.mistakes.push({ place, message: `${type.name.value}, @indexed text: ${mistake.message}` });
  return { name: index, typeName: type.name.value, key, text: template, from, place };
}

/** The selections of the type's `@key` directives, in order. */
export function keysOf(type: TypeNodeWithFields): string[] {
  return (type.directives ?? [])
    .filter(({ name }) => name.value === 'key')
    .map((directive) => argumentsOf(directive)['fields'])
    .filter((fields) => typeof fields === 'string');
}

function argumentsOf(directive: ConstDirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

/** Names for a sentence that says what would have been accepted. */
export function joinNames(names: Iterable<string>): string {
  const all = [...names];
  return all.length === 0 ? 'none' : all.join(', ');
}
