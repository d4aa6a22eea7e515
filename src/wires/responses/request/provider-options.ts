/** The provider options of the Responses API by the names under which routes allow them, and what each accepts. */
import { GatewayError } from '../../../core/errors.ts';
import { isObject } from '../../json-fields.ts';

const accepted = { text: 'a text', count: 'a number', flag: 'true or false', list: 'a list', object: 'an object' } as const;
type Accepts = keyof typeof accepted;

const options: Readonly<Record<string, Accepts | readonly Accepts[]>> = {
  allowedTools: 'object',
  compactionTrigger: 'flag',
  contextManagement: 'list',
  conversation: 'text',
  forceReasoning: 'flag',
  include: 'list',
  includeWebSearchSources: 'flag',
  instructions: 'text',
  logprobs: ['flag', 'count'],
  maxToolCalls: 'count',
  metadata: 'object',
  parallelToolCalls: 'flag',
  passThroughUnsupportedFiles: 'flag',
  previousResponseId: 'text',
  promptCacheKey: 'text',
  promptCacheOptions: 'object',
  promptCacheRetention: 'text',
  reasoningContext: 'text',
  reasoningEffort: 'text',
  reasoningEffortUpdate: 'text',
  reasoningMode: 'text',
  reasoningSummary: 'text',
  safetyIdentifier: 'text',
  serviceTier: 'text',
  store: 'flag',
  strictJsonSchema: 'flag',
  systemMessageMode: 'text',
  textFormat: 'object',
  textVerbosity: 'text',
  truncation: 'text',
  user: 'text',
};

const is = (accepts: Accepts, value: unknown): boolean => {
  switch (accepts) {
    case 'text':
      return typeof value === 'string';
    case 'count':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
  }
};

export interface ProviderOptions {
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** Whatever the option accepts. */
  value(name: string): unknown;
  /** Whether it is set, if only to null: a default does not apply then. */
  has(name: string): boolean;
}

/** Throws BAD_REQUEST for a value that an option does not accept; null leaves an option out. Options that are not known get a warning. */
export function readProviderOptions(given: Readonly<Record<string, unknown>>, warn: (message: string) => void): ProviderOptions {
  const kept = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const accepts = Object.hasOwn(options, name) ? options[name] : undefined;
    if (accepts === undefined) {
      warn(`The provider option ${name} is not one of the Responses API; it was left out.`);
      continue;
    }
    const all: readonly Accepts[] = typeof accepts === 'string' ? [accepts] : accepts;
    if (value === null || value === undefined || all.some((one) => is(one, value))) kept.set(name, value ?? null);
    else throw new GatewayError('BAD_REQUEST', `The provider option ${name} accepts ${all.map((one) => accepted[one]).join(' or ')}.`);
  }
  return {
    text: (name) => (typeof kept.get(name) === 'string' ? (kept.get(name) as string) : undefined),
    flag: (name) => (typeof kept.get(name) === 'boolean' ? (kept.get(name) as boolean) : undefined),
    value: (name) => kept.get(name) ?? undefined,
    has: (name) => kept.has(name),
  };
}

/** These go into the body as they are, under the vendor's spelling. */
export const passedOn: readonly string[] = [
  'contextManagement',
  'conversation',
  'instructions',
  'maxToolCalls',
  'metadata',
  'parallelToolCalls',
  'previousResponseId',
  'promptCacheKey',
  'promptCacheOptions',
  'safetyIdentifier',
  'truncation',
  'user',
];

/** Their own fields are spelled in the vendor's way, too. */
const respelled = new Set(['contextManagement', 'promptCacheOptions']);

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export function spelled(name: string, value: unknown): unknown {
  if (!respelled.has(name)) return value;
  if (Array.isArray(value)) return value.map((one) => spelled(name, one));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [snakeCase(key), one])) : value;
}
