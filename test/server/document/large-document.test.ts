import { describe, expect, it } from 'vitest';
import type { SchemaFor } from '../../../src/server/engine.ts';
import { graphqlEngine } from '../../../src/server/engine.ts';
import { serve, testSchema } from '../fixture.ts';
import { post } from '../http-client.ts';

const schema = testSchema({ after: [], signals: [], pulled: 0, returned: 0 }, { opened: Promise.resolve(), open() {} });

/** In which turn of the event loop each document was validated. */
async function turnsOfValidation(documents: readonly string[]): Promise<readonly number[]> {
  let turn = 0;
  let over = false;
  const count = (): void => {
    turn += 1;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  const validated: number[] = [];
  const schemaFor: SchemaFor = () => schema;
  const { url } = await serve({
    engine: (context, document) => {
      const bound = graphqlEngine(schemaFor)(context, document);
      return {
        ...bound,
        validate(checked) {
          validated.push(turn);
          return bound.validate(checked);
        },
      };
    },
  });
  await Promise.all(documents.map((query) => post(url, { query }).then((response) => response.text())));
  over = true;
  return validated;
}

const fields = (n: number, count: number): string => `{ self { ${Array.from({ length: count }, () => 'hello').join(' ')} n${n}: hello } }`;

describe('documents that come together', () => {
  it('documents that come together are validated one in a turn of the event loop where they are large', async () => {
    const turns = await turnsOfValidation(Array.from({ length: 8 }, (_, n) => fields(n, 600)));
    expect(new Set(turns).size).toBe(8);
  });
});
