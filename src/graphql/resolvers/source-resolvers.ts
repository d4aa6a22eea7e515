/** The texts of sources, and the ingestions that have put them there. */
import type { Principal } from '../../core/call/call.ts';
import type { Passage } from '../../core/chunk.ts';
import type { Resolvers } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { Services } from '../services.ts';

const maxOffset = 2 ** 31 - 1;
const maxLength = 1_000_000;
/** Of a piece of text: more than fit into it. */
const maxPassagesOfText = 10_000;

export function sourceResolvers(services: Services): Resolvers {
  const { retrieval, passages } = services;
  return {
    Query: {
      aiSource: async (_, { collection, id }, { principal }) => {
        await checkReadable(collection, principal, services);
        const [source, size] = await Promise.all([passages.source(collection, id), passages.sourceSize(collection, id)]);
        return source === null || size === null ? null : { source, ...size };
      },
      aiIngestions: (_, { collection, first }, { principal }) => {
        checkWhole('first', first, 1, 100);
        return retrieval.ingestions(collection, first, principal);
      },
    },
    AiSource: {
      source: ({ source }) => ({ ...source }),
      passageCount: ({ passages: count }) => count,
      text: async ({ source }, { start, length }) => {
        checkWhole('start', start, 0, maxOffset);
        checkWhole('length', length, 1, maxLength);
        const end = start + length;
        return textOf(await passages.passagesOf(source.collection, source.id, { start, end, first: maxPassagesOfText }), start, end);
      },
      passages: ({ source }, { start, first }) => {
        checkWhole('start', start, 0, maxOffset);
        checkWhole('first', first, 1, 1_000);
        return passages.passagesOf(source.collection, source.id, { start, end: maxOffset, first });
      },
    },
    Ingestion: {
      startedAt: ({ startedAt }) => new Date(startedAt).toISOString(),
    },
  };
}

/** In the same words for an unknown name and for a collection of others. */
export async function checkReadable(collection: string, principal: Principal, { retrieval }: Pick<Services, 'retrieval'>): Promise<void> {
  const names = (await retrieval.collections(principal)).map(({ name }) => name);
  if (names.includes(collection)) return;
  const shown = collection.length > 80 ? `${collection.slice(0, 80)}…` : collection;
  refuse(`There is no collection "${shown}" that you may read. Collections: ${names.join(', ') || 'none'}.`);
}

/** Offsets are those of the whole text: a line break and spaces stand for what is in no passage. */
function textOf(passages: readonly Passage[], start: number, end: number): string {
  let text = '';
  let at = start;
  for (const passage of passages) {
    const from = Math.max(at, passage.start);
    const to = Math.min(end, passage.end);
    if (to <= from) continue;
    if (from > at && text !== '') text += '\n'.padEnd(from - at);
    else text += ' '.repeat(from - at);
    text += passage.text.slice(from - passage.start, to - passage.start);
    at = to;
  }
  return text;
}
