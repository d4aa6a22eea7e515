import { beforeAll, describe, expect, it } from 'vitest';
import { type Log, openLog } from '../../src/telemetry/log.ts';
import { startGateway, type TestGateway, whenOver } from '../harness.ts';
import { type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { scriptedConfig } from './scripted.ts';

const failure = '... on Failure { code errorId }';
const canary = 'canary-of-the-prompt';

describe('every errorId that a caller sees is in the log, in one line', () => {
  const lines: Record<string, unknown>[] = [];
  const log: Log = openLog({ destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) } });
  let upstream: RawUpstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    upstream = await rawUpstream();
    whenOver(() => upstream.close());
    gateway = await startGateway(scriptedConfig(upstream), { log });
  });
  const linesOf = (errorId: unknown): readonly Record<string, unknown>[] => lines.filter((line) => line['errorId'] === errorId);

  it.each([
    ['an empty prompt', `completion(input: { prompt: { text: "" } }) { ${failure} }`, 'BAD_REQUEST'],
    ['an unknown route', `completion(input: { prompt: { text: "${canary}" }, route: "none" }) { ${failure} }`, 'BAD_REQUEST'],
    ['no texts', `embedding(input: { texts: [] }) { ${failure} }`, 'BAD_REQUEST'],
    ['an unknown collection', `aiSearch(input: { collection: "none", query: "${canary}" }) { ${failure} }`, 'BAD_REQUEST'],
    [
      'an unknown collection to answer from',
      `aiAnswer(input: { collection: "none", question: "${canary}" }) { ${failure} }`,
      'BAD_REQUEST',
    ],
  ])('every errorId that a caller sees is in the log, in one line, also of a failure as data: %s', async (_, field, code) => {
    const { data, errors } = await gateway.ask(`{ answer: ${field} }`);
    expect(errors).toBeUndefined();
    expect(data.answer.code).toBe(code);
    expect(linesOf(data.answer.errorId)).toMatchObject([{ level: 'info', code }]);
  });

  it('every errorId that a caller sees is in the log, in one line, also of a document that is not valid, and without what the caller wrote in it', async () => {
    for (const query of ['{ nothing }', '{', `{ completion(input: { prompt: { text: 5, other: "${canary}" } }) { __typename } }`]) {
      const { errors = [] } = await gateway.ask(query);
      for (const { extensions } of errors) expect(linesOf(extensions.errorId)).toMatchObject([{ code: 'BAD_REQUEST' }]);
      expect(errors.length).toBeGreaterThan(0);
    }
    const { errors = [] } = await gateway.ask('query ($n: Int) { aiKeys { id } a: completionById(id: $n) { id } }', { n: canary });
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toContain(canary);
  });

  it('every errorId that a caller sees is in the log, in one line once of a call that failed, though the pipeline and the field both know of it, and without the vendor’s words', async () => {
    upstream.plays({
      status: 401,
      headers: { 'content-type': 'application/json' },
      pieces: [`{"error":{"message":"bad key sk-12345, asked with ${canary}","type":"authentication_error","code":"invalid_api_key"}}`],
    });
    const { data } = await gateway.ask(`{ completion(input: { prompt: { text: "hello" } }) { ${failure} } }`);
    expect(data.completion.code).toBe('MODEL_UNAVAILABLE');
    expect(linesOf(data.completion.errorId)).toMatchObject([{ msg: 'a call failed', code: 'MODEL_UNAVAILABLE' }]);
    const text = JSON.stringify(linesOf(data.completion.errorId));
    expect(text).not.toMatch(/sk-12345|canary/);
    expect(text).toContain('HTTP 401');
    expect(text).toContain('invalid_api_key');
  });

  it.each([
    ['completionStream(input: { prompt: { text: "" } })', 'BAD_REQUEST'],
    ['completionStream(input: { prompt: { text: "x" }, route: "none" })', 'BAD_REQUEST'],
    ['aiAnswerStream(input: { collection: "none", question: "x" })', 'BAD_REQUEST'],
    ['aiAnswerStream(input: { collection: "none", question: "" })', 'BAD_REQUEST'],
    ['completionEvents(id: "none")', 'RESUME_EXPIRED'],
  ])(
    'every errorId that a caller sees is in the log, in one line, and a stream that is refused ends in an event with it: %s',
    async (field, code) => {
      const query = `subscription { stream: ${field} { __typename ... on CompletionFailed { failure { ${failure} } } } }`;
      const response = await post(
        gateway.url,
        { query },
        { accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` },
      );
      const seen: { readonly __typename: string; readonly failure: { readonly code: string; readonly errorId: string } }[] = [];
      for await (const { event, data } of eventsOf(response)) if (event === 'next') seen.push(JSON.parse(data).data.stream);
      expect(seen.at(-1)).toMatchObject({ __typename: 'CompletionFailed', failure: { code } });
      expect(linesOf(seen.at(-1)?.failure.errorId)).toHaveLength(1);
    },
  );
});
