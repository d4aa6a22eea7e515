/** Long names and texts where short ones are expected: what refuses them repeats them, once for each error. */
import type { HostileCase } from './hostile-case.ts';
import { posted } from './posted.ts';

const long = 'n'.repeat(1_900_000);
const unused = Array.from({ length: 1_000 }, (_, index) => `$v${index}: Int`).join();

const caseOf = (name: string, query: string, variables: object = {}): HostileCase =>
  posted({ name: `names: ${name}`, query, variables: () => variables });

export const nameCases: readonly HostileCase[] = [
  caseOf('an operation of 1.9 MB with a thousand variables that it does not use', `query ${long}(${unused}) { __typename }`),
  caseOf('a field of 1.9 MB', `{ ${long} }`),
  caseOf('a fragment of 1.9 MB that is not there', `{ ...${long} }`),
  caseOf('an argument of 1.9 MB', `{ aiRoutes(${long}: 1) { name } }`),
  caseOf('a directive of 1.9 MB', `{ __typename @${long} }`),
  caseOf('an alias of 1.9 MB that is given twice', `{ ${long}: __typename ${long}: aiRoutes { name } }`),
  caseOf('a hundred fields of 19 KB', `{ ${Array.from({ length: 100 }, (_, index) => `${'n'.repeat(19_000)}${index}`).join(' ')} }`),
  caseOf('a text of 1.9 MB for a number', 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename } }', {
    input: { texts: ['a'], dimensions: long },
  }),
  caseOf('a literal of 1.9 MB for a number', `{ embedding(input: { texts: ["a"], dimensions: "${long}" }) { __typename } }`),
  caseOf('a route of 1.9 MB', 'query ($input: EmbeddingInput!) { embedding(input: $input) { ... on Failure { message } } }', {
    input: { texts: ['a'], route: long },
  }),
  caseOf('a field of an input of 1.9 MB', 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename } }', {
    input: { texts: ['a'], [long]: 1 },
  }),
];
