/**
 * Remembers which JSON Schemas a prompt was already answered for, so that a request for fewer fields can use an earlier
 * answer.
 *
 * The list is stored beside the answers, under a key of the same scope. It holds the last {@link maxSchemas} small schemas
 * of a prompt. An entry whose answer has expired costs one lookup.
 */
import type { JsonSchema } from '../../core/request/json-schema.ts';
import type { CacheStore } from './cache-store.ts';

const maxSchemas = 8;
/** Maximum size of a schema in the list, in UTF-16 units of JSON. A selection of thirty described fields takes about 4,000. */
const largestSchema = 16_384;

export interface AnsweredSchema {
  /** The key of the answer. */
  readonly key: string;
  readonly schema: JsonSchema;
  /** Milliseconds since 1970, UTC. */
  readonly until: number;
}

export interface AnsweredSchemas {
  /** The newest first. */
  of(prompt: string): Promise<readonly AnsweredSchema[]>;
  add(prompt: string, answered: AnsweredSchema): void;
}

export function answeredSchemas(store: CacheStore, now: () => number): AnsweredSchemas {
  /** Lists that are being written, by prompt. The next reader or writer of a list waits, so that no entry is lost. */
  const writing = new Map<string, Promise<void>>();
  const read = async (prompt: string): Promise<readonly AnsweredSchema[]> =>
    schemasFrom(await store.get(prompt)).filter(({ until }) => until >= now());

  const written = async (prompt: string, answered: AnsweredSchema, before: Promise<void> | undefined): Promise<void> => {
    await before;
    const others = (await read(prompt)).filter(({ key }) => key !== answered.key);
    const all = [answered, ...others].slice(0, maxSchemas);
    await store.set(prompt, JSON.stringify(all), Math.max(...all.map(({ until }) => until)) - now());
  };

  return {
    async of(prompt) {
      await writing.get(prompt);
      return read(prompt);
    },
    add(prompt, answered) {
      if (JSON.stringify(answered.schema).length > largestSchema) return;
      const done = written(prompt, answered, writing.get(prompt)).finally(() => {
        if (writing.get(prompt) === done) writing.delete(prompt);
      });
      writing.set(prompt, done);
    },
  };
}

function schemasFrom(text: string | null): readonly AnsweredSchema[] {
  if (text === null) return [];
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries.filter(isAnswered) : [];
  } catch {
    return [];
  }
}

function isAnswered(entry: unknown): entry is AnsweredSchema {
  if (typeof entry !== 'object' || entry === null) return false;
  const { key, schema, until } = entry as Record<string, unknown>;
  return typeof key === 'string' && typeof schema === 'object' && schema !== null && typeof until === 'number';
}
