/** Long names and texts where short ones are expected: what refuses them repeats them, once for each error. */
import type { HostileCase } from './hostile-case.ts';
import { posted } from './posted.ts';

const long = 'n'.repeat(1_900_000);
const half = 'n'.repeat(950_000);
const unused = Array.from({ length: 1_000 }, (_, index) => `$v${index}: Int`).join();

const caseOf = (name: string, refused: RegExp, query: string, variables: object = {}): HostileCase =>
  posted({ name: `names: ${name}`, query, variables: () => variables, refused });

export const nameCases: readonly HostileCase[] = [
  caseOf(
    'an operation of 1.9 MB with a thousand variables that it does not use',
    /A name in the document has \d+ characters/,
    `query ${long}(${unused}) { __typename }`,
  ),
  caseOf('a field of 1.9 MB', /A name in the document has \d+ characters/, `{ ${long} }`),
  caseOf('a fragment of 1.9 MB that is not there', /A name in the document has \d+ characters/, `{ ...${long} }`),
  caseOf('an argument of 1.9 MB', /A name in the document has \d+ characters/, `{ aiRoutes(${long}: 1) { name } }`),
  caseOf('a directive of 1.9 MB', /A name in the document has \d+ characters/, `{ __typename @${long} }`),
  caseOf(
    'an alias of 950 KB that is given twice',
    /A name in the document has \d+ characters/,
    `{ ${half}: __typename ${half}: aiRoutes { name } }`,
  ),
  caseOf(
    'a hundred fields of 19 KB',
    /A name in the document has \d+ characters/,
    `{ ${Array.from({ length: 100 }, (_, index) => `${'n'.repeat(19_000)}${index}`).join(' ')} }`,
  ),
  caseOf(
    'a text of 1.9 MB for a number',
    /^Variable "\$input" got invalid value "n+/,
    'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename } }',
    {
      input: { texts: ['a'], dimensions: long },
    },
  ),
  caseOf(
    'a literal of 1.9 MB for a number',
    /^Int cannot represent non-integer value/,
    `{ embedding(input: { texts: ["a"], dimensions: "${long}" }) { __typename } }`,
  ),
  caseOf(
    'a route of 1.9 MB',
    /^There is no route "n+/,
    'query ($input: EmbeddingInput!) { embedding(input: $input) { ... on Failure { message } } }',
    {
      input: { texts: ['a'], route: long },
    },
  ),
  caseOf(
    'a field of an input of 1.9 MB',
    /The name of a member in the request has 1900000 bytes/,
    'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename } }',
    {
      input: { texts: ['a'], [long]: 1 },
    },
  ),
];
