/** The directives that an operator's SDL may use: ours with their arguments, others by name. */

const fields: Readonly<Record<string, readonly string[]>> = {
  completion: ['route', 'prompt', 'template', 'system', 'maxInputTokens', 'maxOutputTokens', 'temperature', 'select'],
  embedding: ['route', 'text', 'maxInputTokens'],
  similar: ['index', 'text'],
  answer: ['collection', 'question', 'route', 'maxOutputTokens'],
};

/** What is said of fields that prompts read. */
const notes: Readonly<Record<string, readonly string[]>> = { dataClass: ['name'] };

const types: Readonly<Record<string, readonly string[]>> = { indexed: ['index', 'text', 'from'] };

/** Ours, by name: what they are called with. */
export const aiDirectives: Readonly<Record<string, readonly string[]>> = { ...fields, ...notes, ...types };

export const isAiDirective = (name: string): boolean => Object.hasOwn(aiDirectives, name);
export const isFieldDirective = (name: string): boolean => Object.hasOwn(fields, name);
/** Whether it stands on a field; else on a type. */
export const standsOnFields = (name: string): boolean => Object.hasOwn(fields, name) || Object.hasOwn(notes, name);

/** The directives of GraphQL and of Federation 2. Composition checks whether they are used correctly. */
export const otherDirectives: readonly string[] = [
  'deprecated',
  'specifiedBy',
  'oneOf',
  'key',
  'requires',
  'provides',
  'external',
  'shareable',
  'override',
  'inaccessible',
  'tag',
  'extends',
  'link',
  'interfaceObject',
  'composeDirective',
  'authenticated',
  'requiresScopes',
  'policy',
  'cost',
  'listSize',
  'context',
  'fromContext',
];
