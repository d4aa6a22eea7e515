import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageRow } from '../../../src/core/call/usage-row.ts';
import {
  entriesIn,
  type JournalDraw,
  lineOf,
  lineText,
  openedEntry,
  rowsEntry,
  settledEntry,
  withdrawnEntry,
} from '../../../src/storage/journal/journal-line.ts';
import { usageRow } from '../rows.ts';

const word = fc.string({ maxLength: 20, unit: 'binary' });
const count = fc.nat({ max: 1e12 });
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
/** Every field another value, so that none can stand in the place of another. */
const drawn = fc.record({
  time: count,
  callId: word,
  use: count,
  coordinate: word,
  operation: orNull(word),
  client: orNull(word),
  documentId: orNull(word),
  principal: word,
  team: orNull(word),
  organisation: orNull(word),
  route: word,
  deployment: orNull(word),
  provider: orNull(word),
  model: orNull(word),
  usage: fc.record({
    freshInputTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    outputTokens: count,
    reasoningTokens: count,
  }),
  estimated: fc.boolean(),
  cost: orNull(count),
  savedCost: count,
  cache: fc.constantFrom('HIT', 'SHARED', 'MISS', 'BYPASS'),
  attempts: count,
  outcome: fc.constantFrom('OK', 'LOST', 'CANCELLED'),
  latencyMs: count,
  timeToFirstTokenMs: orNull(count),
  tags: fc.dictionary(word, word, { noNullPrototype: true, maxKeys: 3 }),
  user: fc.option(word),
  agent: orNull(word),
  session: orNull(word),
});
const countsAs = fc.constantFrom('operation' as const, 'field' as const, null);
/** What is known at the end of a call alone, and of calls of this version. */
const atItsEnd: fc.Arbitrary<Partial<UsageRow>> = fc.oneof(
  fc.constant({}),
  fc.record({ countsAs }),
  fc.record(
    {
      countsAs,
      errorId: word,
      tried: fc.array(fc.record({ deployment: word, outcome: fc.constantFrom('OK' as const, 'TIMEOUT' as const), latencyMs: count })),
      refusedBy: orNull(fc.record({ guardrail: word, on: fc.constantFrom('input' as const, 'output' as const) })),
    },
    { requiredKeys: ['errorId', 'tried', 'refusedBy'] },
  ),
);
const row: fc.Arbitrary<UsageRow> = fc.tuple(drawn, atItsEnd).map(([before, after]) => ({ ...before, ...after }));
const draw = (rows: readonly UsageRow[]): JournalDraw => ({
  id: 'owner.1',
  callId: 'call-1',
  most: 100,
  inputCost: 10,
  accounts: [{ name: 'team:a', per: 'day', start: 7 }],
  rows,
  cost: null,
  instead: null,
});

describe('a line of the journal', () => {
  it('a line of the journal is read as what was written', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), (rows) => {
        expect(lineOf(lineText(7, [rowsEntry(rows), openedEntry(draw(rows))]))).toEqual({
          number: 7,
          entries: [
            { kind: 'rows', rows },
            { kind: 'opened', draw: draw(rows) },
          ],
        });
      }),
    );
  });

  it('a line of the journal gives its entries back, with what is known of each', () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 3 }), { minLength: 1, maxLength: 3 }), (calls) => {
        const settlement = { drawId: 'owner.1', cost: 5, freed: 5, accounts: [] };
        const entries = [...calls.map(rowsEntry), openedEntry(draw([])), settledEntry(settlement), withdrawnEntry('owner.1')];
        expect(entriesIn(lineText(7, entries))).toEqual(entries);
      }),
    );
  });

  it('a line of the journal of an older version, which wrote the names of the fields, too, is read', () => {
    const rows = [usageRow({ callId: 'a' }), usageRow({ callId: 'b', tags: { app: 'shop' } })];
    const expected = [{ kind: 'rows', rows }];
    expect(lineOf(JSON.stringify(rows))?.entries).toEqual(expected);
    expect(lineOf(`3\tR${JSON.stringify(rows)}`)?.entries).toEqual(expected);
    const opened = ['owner.1', 'call-1', 100, 10, null, null, [['team:a', 'day', 7]], rows];
    expect(lineOf(`3\tO${JSON.stringify(opened)}`)?.entries).toEqual([{ kind: 'opened', draw: draw(rows) }]);
  });

  it('a line of the journal of a version that knew no users, agents and sessions is read as rows without them', () => {
    const rows = [usageRow({ callId: 'a', user: 'u_ann' })];
    const [number, text = ''] = lineText(7, [rowsEntry(rows)]).split('\t');
    const [values] = JSON.parse(text.slice(1)) as unknown[][];
    const older = `${number}\tR${JSON.stringify([values?.slice(0, -3)])}`;
    const read = usageRow({ callId: 'a', time: rows[0]?.time ?? 0, user: null, agent: null, session: null });
    expect(lineOf(older)?.entries).toEqual([{ kind: 'rows', rows: [read] }]);
  });

  it.each(['[[1]]', '[[]]', '[7]', '[null]', '{}', '[{}]', 'x'])('a line of the journal whose rows are %s is not taken for one', (rows) => {
    expect(lineOf(`3\tR${rows}`)).toBeNull();
  });
});
