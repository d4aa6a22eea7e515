import { copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { once } from '../../src/core/once.ts';
import { openLog } from '../../src/telemetry/log.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { complete, eventually, ledgerOf, newKey, prompt } from './asking.ts';
import { exposed } from './metrics.ts';
import { openUpstream, saying, scriptedConfig } from './scripted.ts';

const failure = '__typename ... on Failure { code message retryable retryAfterMs errorId }';
const say = (more = ''): string => `input: { prompt: { text: "Say hi." } ${more} }`;
const span = '{ from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" }';

/** What reads the database, and what writes it: each an operation of its own. */
const reads: Readonly<Record<string, string>> = {
  'who asks': '{ __typename }',
  'the keys': '{ aiKeys { id } }',
  'the usage': `{ aiUsage(input: ${span}) { rows { calls } } }`,
  'the sources': '{ aiSources(collection: "documents") { id } }',
  'a completion': '{ completionById(id: "abc") { id } }',
};
const writes: Readonly<Record<string, string>> = {
  'a completion': `{ it: completion(${say()}) { ${failure} } }`,
  'an idempotent completion': `mutation { it: complete(${say('idempotencyKey: "x"')}) { ${failure} } }`,
  'a started completion': `mutation { it: startCompletion(${say()}) { ${failure} } }`,
  'an embedding': `{ it: embedding(input: { texts: ["a"] }) { ${failure} } }`,
  'a search': `{ it: aiSearch(input: { collection: "documents", query: "ducks" }) { ${failure} } }`,
  'an answer': `{ it: aiAnswer(input: { collection: "documents", question: "Do ducks fly?" }) { ${failure} } }`,
  'an ingestion': 'mutation { ingest(input: { collection: "documents", sources: [{ id: "b", text: "Ducks fly." }] }) { id } }',
  'a deletion': 'mutation { deleteSource(collection: "documents", sourceId: "a") }',
  'a key': 'mutation { createAiKey(input: { name: "k", team: "t", scopes: ["ai:use"] }) { secret } }',
};

/** What the journal records, and the leases of this process have room for: it goes on for as long as nobody can take the process for dead. */
const goesOn = ['a completion', 'an embedding', 'a search', 'an answer'];
const needDatabase = Object.fromEntries(Object.entries(writes).filter(([what]) => !goesOn.includes(what)));

/** Breaks the database of the folder; returns what makes it well again. */
type Breaking = (file: string, gateway: TestGateway) => () => void;

const locked: Breaking = (file) => {
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  return () => {
    other.exec('rollback');
    other.close();
  };
};
const readOnly: Breaking = (_, { storage }) => {
  void storage.database.exec('pragma query_only = on');
  return () => void storage.database.exec('pragma query_only = off');
};
/** The file stays where it is: only what is in it changes. */
const inPlace =
  (change: (file: string, content: Buffer) => void): Breaking =>
  (file) => {
    const log = new DatabaseSync(file);
    log.exec('pragma wal_checkpoint(truncate)');
    log.close();
    const content = readFileSync(file);
    change(file, content);
    return () => writeFileSync(file, content);
  };
const emptied = inPlace((file) => truncateSync(file, 0));
const overwritten = inPlace((file, content) => writeFileSync(file, Buffer.from(content).fill(7, 4_096)));
const headless = inPlace((file, content) => writeFileSync(file, Buffer.from(content).fill(7, 0, 512)));
const movedAway: Breaking = (file) => {
  renameSync(file, `${file}.away`);
  return () => renameSync(`${file}.away`, file);
};
const replaced: Breaking = (file) => {
  renameSync(file, `${file}.away`);
  copyFileSync(`${file}.away`, file);
  return () => renameSync(`${file}.away`, file);
};

const inAMoment = { retryable: true, message: expect.stringMatching(/busy, or another process holds it\. Try again in a moment\.$/) };
const whenWritable = { retryable: true, message: expect.stringMatching(/may not be written\. Try again when its operators/) };
const whenPutBack = { retryable: false, message: expect.stringMatching(/damaged, emptied or exchanged\. Its operators must put it back/) };

async function opened() {
  const upstream = await openUpstream();
  const folder = temporaryFolder();
  const lines: string[] = [];
  const log = openLog({ destination: { write: (line) => void lines.push(line) } });
  const gateway = await startGateway({ ...scriptedConfig(upstream), storage: { folder } }, { log });
  const scopes = ['ai:use', 'ai:usage', 'ai:ingest', 'ai:keys'];
  const { secret: key } = await newKey(gateway, { monthlyBudget: '10', requestsPerMinute: 10_000, scopes, team: 't' });
  upstream.plays(saying('Hi'));
  expect(await complete(gateway, prompt('Before.'), { key })).toMatchObject({ text: 'Hi' });
  await gateway.storage.ledger.flush();
  return { gateway, upstream, key, lines, file: join(folder, 'fieldgate.db') };
}

describe('while its database is broken the gateway tells what is the matter', () => {
  it.each([
    { state: 'locked', breaks: locked, refused: needDatabase, told: inAMoment },
    { state: 'read-only', breaks: readOnly, refused: needDatabase, told: whenWritable },
    { state: 'emptied', breaks: emptied, refused: { ...reads, ...writes }, told: whenPutBack },
    { state: 'overwritten', breaks: overwritten, refused: { ...reads, ...writes }, told: whenPutBack },
    { state: 'without its beginning', breaks: headless, refused: writes, told: whenPutBack },
    { state: 'moved away', breaks: movedAway, refused: writes, told: whenPutBack },
    { state: 'replaced', breaks: replaced, refused: writes, told: whenPutBack },
  ])(
    'while its database is broken the gateway tells what is the matter ($state) in a code and a sentence, with an errorId of the log, blames no deployment, and answers the next request when it is well',
    async ({ breaks, refused, told }) => {
      const { gateway, upstream, key, lines, file } = await opened();
      const asked = upstream.requests.length;
      const heal = once(breaks(file, gateway));
      onTestFinished(() => heal());
      await eventually(
        'it is noticed',
        () => gateway.storage.problems(),
        (problems) => problems.length > 0,
      );

      const answers = Object.entries(refused).map(async ([what, query]) => ({ what, ...(await gateway.ask(query, {}, { key })) }));
      for (const { what, status, data, errors } of await Promise.all(answers)) {
        const answer = errors === undefined ? data.it : { message: errors[0]?.message, ...errors[0]?.extensions };
        // What costs is refused before the database is asked, where it is known that nothing can be recorded.
        const unrecorded = {
          retryable: true,
          message: expect.stringMatching(/^Usage cannot be recorded .* \/health\/ready says what is the matter/),
        };
        expect(answer, what).toMatchObject({ code: 'MODEL_UNAVAILABLE', errorId: expect.any(String) });
        expect([told, unrecorded], what).toContainEqual({ retryable: answer.retryable, message: answer.message });
        if (answer.retryable) expect(answer.retryAfterMs, what).toBeGreaterThan(0);
        expect(status, what).toBe(data === undefined ? 503 : 200);
        expect(lines.filter((line) => JSON.parse(line).errorId === answer.errorId).length, what).toBe(1);
      }
      expect(upstream.requests).toHaveLength(asked);
      if (refused === needDatabase) {
        upstream.plays(saying('Hi'));
        expect(await complete(gateway, prompt('Meanwhile.'), { key })).toMatchObject({ text: 'Hi' });
      }

      heal();
      upstream.plays(saying('Hi'));
      expect(await complete(gateway, prompt('After.'), { key })).toMatchObject({ text: 'Hi' });
      const { data } = await gateway.ask('{ aiRoutes { name deployments { healthy } } }', {}, { key });
      for (const { deployments } of data.aiRoutes) for (const { healthy } of deployments) expect(healthy).toBe(true);
      const attempted = (await exposed(gateway)).series.filter((line) => line.startsWith('fieldgate_attempts_total'));
      expect(attempted.filter((line) => !line.includes('outcome="OK"'))).toEqual([]);
      expect(await ledgerOf(gateway, key, ['DEPLOYMENT', 'OUTCOME'])).not.toContainEqual(
        expect.objectContaining({ key: { deployment: 'scripted', outcome: 'MODEL_UNAVAILABLE' } }),
      );
    },
  );
});
