import type { Passage, Source } from '../../core/chunk.ts';
import type { Row, Statements } from '../database/database.ts';
import type { PassageHit } from './passages.ts';

interface Scored {
  readonly id: number;
  readonly score: number;
  readonly vector: Float32Array | null;
}

/** Exact cosines of stored vectors. Vectors of length zero are left out. */
export async function computeCosines(database: Statements, query: Float32Array, ids: readonly number[]): Promise<Scored[]> {
  const rows = await database.all('select passage_id, vector from passage_vectors where passage_id in (select value from json_each($1))', [
    JSON.stringify(ids),
  ]);
  const queryNorm = Math.sqrt(dot(query, query));
  return rows.flatMap((row) => {
    const vector = vectorOf(row['vector']);
    const norms = queryNorm * Math.sqrt(dot(vector, vector));
    return norms === 0 ? [] : [{ id: Number(row['passage_id']), score: dot(query, vector) / norms, vector }];
  });
}

/** The passages of the scores, in their order. Passages that were replaced or deleted meanwhile are left out. */
export async function hitsOf(database: Statements, scored: readonly Scored[]): Promise<PassageHit[]> {
  const rows = await database.all(
    `select p.id as passage_id, p.source_id, p.start_offset, p.end_offset, p.body, s.title, s.metadata, c.name as collection, v.vector
     from passages p
     join sources s on s.collection_id = p.collection_id and s.id = p.source_id and s.version = p.version
     join collections c on c.id = p.collection_id
     left join passage_vectors v on v.passage_id = p.id
     where p.id in (select value from json_each($1))`,
    [JSON.stringify(scored.map(({ id }) => id))],
  );
  const byId = new Map(rows.map((row) => [Number(row['passage_id']), row]));
  return scored.flatMap(({ id, score, vector }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    return [{ passage: passageOf(row), score, vector: vector ?? (row['vector'] === null ? null : vectorOf(row['vector'])) }];
  });
}

export function passageOf(row: Row): Passage {
  return {
    id: String(row['passage_id']),
    text: String(row['body']),
    start: Number(row['start_offset']),
    end: Number(row['end_offset']),
    source: sourceOf(row, String(row['source_id'])),
  };
}

export function sourceOf(row: Row, id: string): Source {
  return {
    id,
    title: row['title'] === null ? null : String(row['title']),
    collection: String(row['collection']),
    metadata: JSON.parse(String(row['metadata'])) as unknown,
  };
}

/** A copy, because a blob may begin anywhere and floats must be aligned. */
function vectorOf(blob: unknown): Float32Array {
  if (!(blob instanceof Uint8Array)) return new Float32Array();
  return new Float32Array(blob.slice().buffer);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
