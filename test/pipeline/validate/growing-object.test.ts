import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { growingObject } from '../../../src/pipeline/validate/growing-object.ts';
import { schemaReader } from '../../../src/pipeline/validate/schema/schema-reader.ts';

const { signal } = new AbortController();

/** What is shown while the pieces come, each at least as long as makes a look worth it. */
async function shown(schema: JsonSchema | null, ...pieces: readonly string[]): Promise<readonly unknown[]> {
  const growing = growingObject(schema === null ? null : await schemaReader().checked(schema, false, signal), 50);
  const all: unknown[] = [];
  for (const piece of pieces) all.push(await growing.push(piece));
  return all.filter((value) => value !== null);
}
const long = 'a sentence that is long enough';
const text: JsonSchema = { type: 'object', properties: { title: { type: 'string' }, kind: { enum: ['short', 'long'] } } };

describe('an answer that is shown while it grows', () => {
  it('an answer that is shown while it grows is what has come of it, texts in part', async () => {
    expect(await shown(text, `{"title":"${long}`, `${long}`)).toEqual([{ title: long }, { title: long + long }]);
  });

  it('an answer that is shown while it grows does not show a member of a list of allowed values before it is whole', async () => {
    expect(await shown(text, `{"title":"${long}","kind":"sho`, `rt"${' '.repeat(30)}`)).toEqual([
      { title: long },
      { title: long, kind: 'short' },
    ]);
  });

  it('an answer that is shown while it grows is found in a code fence, and not behind prose', async () => {
    expect(await shown(null, '```json\n', `{"title":"${long}`)).toEqual([{ title: long }]);
    expect(await shown(null, 'Here you are: ', `{"title":"${long}`, `${long}"}`)).toEqual([]);
  });

  it('an answer that is shown while it grows shows nothing more once it cannot become valid', async () => {
    const schema: JsonSchema = { properties: { count: { type: 'integer' }, title: { type: 'string' } } };
    expect(await shown(schema, `{"count":"many","title":"${long}`, long, long)).toEqual([]);
  });

  it('an answer that is shown while it grows is looked at only when it has grown by enough', async () => {
    const pieces = [...`{"title":"${long}`];
    expect((await shown(null, ...pieces)).length).toBe(Math.floor(`{"title":"${long}`.length / 24));
  });

  it('an answer that is shown while it grows shows nothing of what is over: the whole answer follows', async () => {
    expect(await shown(null, `{"title":"${long}"}`, `${' '.repeat(60)}`)).toEqual([]);
  });
});
