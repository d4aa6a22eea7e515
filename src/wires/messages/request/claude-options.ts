/**
 * The provider options of the Messages API by the names under which routes allow them, and what each accepts. Most are fields of the body
 * under the vendor's spelling; some need the name of a beta beside it.
 */
import { isObject, type JsonObject, listOf, objectOf } from '../../json-fields.ts';
import type { KnownOptions, ProviderOptions } from '../../provider-options.ts';

export const claudeOptions: KnownOptions = {
  anthropicBeta: 'list',
  cacheControl: 'object',
  compaction: 'object',
  container: 'object',
  contextManagement: 'object',
  disableParallelToolUse: 'flag',
  effort: 'text',
  fallbacks: ['list', 'text'],
  includePings: 'flag',
  inferenceGeo: 'text',
  mcpServers: 'list',
  metadata: 'object',
  safeguards: 'list',
  sendReasoning: 'flag',
  serviceTier: 'text',
  speed: 'text',
  structuredOutputMode: 'text',
  taskBudget: 'object',
  thinking: 'object',
  thread: 'object',
  toolStreaming: 'flag',
  topK: 'count',
};

export const claudeOptionsOf = 'the Messages API';

/** These are fields of the body as they are. */
export const passedOn = [
  'cacheControl',
  'compaction',
  'container',
  'contextManagement',
  'fallbacks',
  'inferenceGeo',
  'mcpServers',
  'metadata',
  'safeguards',
  'serviceTier',
  'speed',
  'thread',
] as const;

/** Options whose fields have names of the operator's, which are not respelled. */
const verbatim = new Set(['classifierContext', 'classifier_context', 'fallbacks']);

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());

/** Names in values that are nested deeper than this stay as they are. */
const maxRespelledDepth = 32;

/** The value with the names of its fields, and of those within them, spelled in the other way. */
export function respelled(value: unknown, spell: (name: string) => string, depth = 0): unknown {
  if (depth > maxRespelledDepth) return value;
  if (Array.isArray(value)) return value.map((one) => respelled(one, spell, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [spell(name), verbatim.has(name) ? one : respelled(one, spell, depth + 1)]),
  );
}

/** The fields of the body; empty lists are left out. */
export function optionFields(options: ProviderOptions): JsonObject {
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = options.value(name);
      if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
      const written = verbatim.has(name) ? value : respelled(name === 'container' ? containerOf(value) : value, snakeCase);
      return [[snakeCase(name), written]];
    }),
  );
}

/** A container without skills is its id. A skill of the operator's own is named by a reference that holds the id. */
function containerOf(container: unknown): unknown {
  const { id, skills } = objectOf(container) as { readonly id?: unknown; readonly skills?: unknown };
  if (listOf(skills).length === 0) return id;
  const named = listOf(skills).map((skill) => {
    const { providerReference, ...rest } = objectOf(skill) as JsonObject & { readonly providerReference?: unknown };
    return isObject(providerReference) ? { ...rest, skillId: providerReference['anthropic'] } : rest;
  });
  return { ...objectOf(container), skills: named };
}

const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** The betas that the options need. */
export function betasOf(options: ProviderOptions): readonly string[] {
  const field = (option: string, name: string): unknown => objectOf(options.value(option))[name];
  const fallbacks = options.value('fallbacks');
  const edits = listOf(field('contextManagement', 'edits')).map((edit) => objectOf(edit)['type']);
  const needed: readonly (readonly [unknown, ...string[]])[] = [
    [isSet(options.value('thread')), 'message-threads-2026-08-12'],
    [isSet(options.value('mcpServers')), 'mcp-client-2025-04-04'],
    [isSet(options.value('safeguards')), 'dangerous-tool-use-2026-09-03'],
    [isSet(options.value('compaction')), 'compact-2026-09-04'],
    [isSet(options.value('contextManagement')), 'context-management-2025-06-27'],
    [edits.includes('compact_20260112'), 'compact-2026-01-12'],
    [isSet(field('container', 'skills')), 'code-execution-2025-08-25', 'skills-2025-10-02', 'files-api-2025-04-14'],
    [isSet(options.value('taskBudget')), 'task-budgets-2026-03-13'],
    [options.text('speed') === 'fast', 'fast-mode-2026-02-01'],
    [field('thinking', 'display') === 'updates', 'thinking-display-updates-2026-08-18'],
    [isSet(field('thinking', 'blockBinding')), 'thinking-binding-controls-2026-08-01'],
    [fallbacks === 'default', 'server-side-fallback-2026-07-01'],
    [Array.isArray(fallbacks) && fallbacks.length > 0, 'server-side-fallback-2026-06-01'],
  ];
  const own = listOf(options.value('anthropicBeta')).filter((beta) => typeof beta === 'string');
  return [...needed.filter(([isNeeded]) => isNeeded === true).flatMap(([, ...betas]) => betas), ...own];
}
