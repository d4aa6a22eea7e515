/** Holds schema/PROTOCOL.md true: its tables equal the schema and the sources, and its examples run as they are shown. */
import { globSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, isEnumType, isInterfaceType, isObjectType, parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorTable } from '../../src/core/errors.ts';
import { aiTypeDefs } from '../../src/graphql/ai-schema.ts';
import { serverLimits } from '../../src/server/server-limits.ts';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';
import { namesIn, readMarkdown } from '../markdown.ts';
import { newGate } from '../raw-upstream.ts';
import { eventsOf, type ServerSentEvent } from '../server/http-client.ts';
import { init, subscribe, talk } from './raw-socket.ts';
import { type Scripted, saying, scripted } from './streams.ts';

const protocol = readMarkdown('schema/PROTOCOL.md');
const schema: GraphQLSchema = buildSubgraphSchema([{ typeDefs: aiTypeDefs() }]);

const block = (title: string, language: string): string => protocol.blocks(language, title)[0] ?? '';
const follow = block('A stream over SSE', 'graphql');
const prompts = (title: string): { readonly input: object } => JSON.parse(block(title, 'json')) as { readonly input: object };

describe('the stream protocol', () => {
  const event = schema.getType('CompletionEvent');
  const events = isInterfaceType(event) ? schema.getPossibleTypes(event) : [];
  const shared = isInterfaceType(event) ? Object.keys(event.getFields()) : [];

  it('the stream protocol names every type of event with its fields, and no other', () => {
    expect(shared).toEqual(['seq', 'cursor', 'completionId']);
    const documented = protocol.rows('Events', /^`\w+`$/).map(([type, fields]) => [...namesIn(type), ...namesIn(fields)]);
    const declared = events.map((type) => [type.name, ...Object.keys(type.getFields()).filter((name) => !shared.includes(name))]);
    expect(documented.toSorted()).toEqual(declared.toSorted());
  });

  it('the stream protocol names every code that a failure can have, with its default of retryable, and no other', () => {
    const codes = schema.getType('FailureCode');
    const declared = isEnumType(codes) ? codes.getValues().map(({ name }) => name) : [];
    const documented = protocol
      .rows('The end of a completion', /^`[A-Z_]+`$/)
      .map(([code, retryable = '']) => [...namesIn(code), retryable]);
    const known = Object.entries(errorTable).filter(([code]) => declared.includes(code));
    expect(documented.toSorted()).toEqual(known.map(([code, { retryable }]) => [code, retryable ? 'yes' : 'no']).toSorted());
    expect(declared.toSorted()).toEqual([...known.map(([code]) => code), 'OTHER'].toSorted());
  });

  it('the stream protocol names no code, event or field that does not exist', () => {
    const { Query, Mutation, Subscription } = Object.fromEntries(
      ['Query', 'Mutation', 'Subscription'].map((name) => {
        const type = schema.getType(name);
        return [name, isObjectType(type) ? type.getFields() : {}];
      }),
    );
    for (const [, root = '', name = ''] of protocol.text.matchAll(/`(Query|Mutation|Subscription)\.(\w+)`/g))
      expect({ Query, Mutation, Subscription }[root], `${root}.${name}`).toHaveProperty(name);
    for (const [, name = ''] of protocol.text.matchAll(/`([A-Z]+_[A-Z_]+)`/g)) expect(errorTable, name).toHaveProperty(name);
    for (const [, name = ''] of protocol.text.matchAll(/`((?:Completion|Text|Reasoning|ToolCall|Object|Citation)[A-Z]\w+)`/g))
      expect(
        events.map((type) => type.name),
        name,
      ).toContain(name === 'CompletionEvent' ? 'CompletionStarted' : name);
  });

  it('the stream protocol gives the defaults of the settings that it names', () => {
    const documented = protocol.rows('Times and bounds', /^`\w+`$/).map(([name, value]) => [...namesIn(name), Number(value)]);
    const defaults: Readonly<Record<string, number>> = { ...serverLimits({}) };
    expect(documented).toEqual(documented.map(([name = '']) => [name, defaults[name]]));
    expect(documented.length).toBeGreaterThan(3);
  });

  it.each([
    ['lingerMs', /it goes on for (\d+) seconds/, 1_000],
    ['keptMs', /\| (\d+) minutes in the memory/, 60_000],
    ['maxLogBytes', /log outgrows (\d+) MiB/, 1 << 20],
    ['maxBytesBeforeInit', /may send (\d+) KiB on a WebSocket/, 1 << 10],
  ])('the stream protocol gives the number of the sources for %s', (name, sentence, unit) => {
    const sources = globSync(['src/runs/open-runs.ts', 'src/server/websocket/*.ts'])
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const [, written = ''] = new RegExp(`\\b${name} = ([\\d_]+(?: (?:<<|\\*) [\\d_]+)?)`).exec(sources) ?? [];
    const [value = 0, by = 0] = written.split(/<<|\*/).map((part) => Number(part.replaceAll('_', '')));
    const inSources = written.includes('<<') ? value << by : value * (by || 1);
    expect(Number(sentence.exec(protocol.text)?.[1]) * unit).toBe(inSources);
  });

  describe('on a gateway', () => {
    let gateway: TestGateway;
    let vendor: Scripted;

    beforeAll(async () => {
      const { extractive, ...others } = plainConfig.deployments;
      if (extractive === undefined) throw new Error('The plain configuration has a deployment "extractive".');
      const withTools = { ...extractive, capabilities: [...(extractive.capabilities ?? []), 'tools' as const] };
      gateway = await startGateway({ deployments: { ...others, extractive: withTools } });
      vendor = await scripted();
    });

    const posted = (to: TestGateway, query: string, variables: object, headers: Readonly<Record<string, string>> = {}) =>
      fetch(to.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${to.developmentKey}`,
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });

    /** Ids, cursors and times as they are written in the document: `seq:ID`, `ID` and 0. */
    const plain = (text: string): string =>
      text
        .replace(/^id: (\w+)…?$/gm, (_, cursor: string) => `id: ${Buffer.from(cursor, 'base64url').toString().split(':')[0]}:ID`)
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}…/g, 'ID')
        .replace(/"latencyMs":\d+/g, '"latencyMs":0')
        .trim();
    const shown = (title: string): string => plain(block(title, 'text'));

    const textOf = async (response: Promise<Response>): Promise<string> => plain(await (await response).text());

    it('the stream protocol on a gateway shows operations that are valid', () => {
      const operations = protocol.blocks('graphql');
      expect(operations.length).toBeGreaterThan(3);
      for (const text of operations) expect(validate(schema, parse(text))).toEqual([]);
    });

    describe('shows what is sent over SSE', () => {
      let completionId = '';
      let cursors: readonly string[] = [];
      let idempotencyKey = '';

      /** On a busy machine two words may come as one event: another completion then shows it. */
      it('the stream protocol on a gateway shows what is sent over SSE for a stream', async () => {
        let text = '';
        for (let attempt = 1; attempt <= 20 && text !== shown('A stream over SSE'); attempt += 1) {
          idempotencyKey = `kettle-${attempt}`;
          const { input } = prompts('A stream over SSE');
          const raw = await (await posted(gateway, follow, { input: { ...input, idempotencyKey } })).text();
          cursors = [...raw.matchAll(/^id: (.*)$/gm)].map(([, cursor = '']) => cursor);
          completionId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(raw)?.[0] ?? '';
          text = plain(raw);
        }
        expect(text).toBe(shown('A stream over SSE'));
      });

      it('the stream protocol on a gateway shows what is sent over SSE for a resume by an id and by Last-Event-ID', async () => {
        const resume = block('A resume behind an event', 'graphql');
        const after = cursors[4] ?? '';
        expect(await textOf(posted(gateway, resume, { id: completionId, after }))).toBe(shown('A resume behind an event'));
        expect(await textOf(posted(gateway, resume, { id: completionId }, { 'last-event-id': after }))).toBe(
          shown('A resume behind an event'),
        );
        const again = await textOf(posted(gateway, follow, { input: { prompt: { text: 'Anything else.' } } }, { 'last-event-id': after }));
        expect(again).toBe(shown('A resume behind an event').replaceAll('completionEvents', 'completionStream'));
      });

      it('the stream protocol on a gateway shows what is sent over SSE for a reader that joins behind the last event', async () => {
        const resume = block('A resume behind an event', 'graphql');
        expect(await textOf(posted(gateway, resume, { id: completionId, after: cursors.at(-1) }))).toBe(':\n\nevent: complete\ndata:');
      });

      it('the stream protocol on a gateway shows what is sent over SSE for a key that was used with another input', async () => {
        const { input } = prompts('A key that was used with another input');
        expect(await textOf(posted(gateway, follow, { input: { ...input, idempotencyKey } }))).toBe(
          shown('A key that was used with another input'),
        );
      });

      it('the stream protocol on a gateway shows what is sent over SSE for a key of another field: `completion` shares the keys of `completionStream`, `aiAnswerStream` does not', async () => {
        const { input } = prompts('A stream over SSE');
        const query = 'query($input: CompletionInput!) { completion(input: $input) { ... on Completion { id } } }';
        expect((await gateway.ask(query, { input: { ...input, idempotencyKey } })).data.completion.id).toBe(completionId);
        const answer = `subscription($input: AiAnswerInput!) { aiAnswerStream(input: $input) { __typename ... on CompletionFailed { failure { code } } } }`;
        const asked = { collection: 'documents', question: 'What is it?', idempotencyKey };
        expect(await textOf(posted(gateway, answer, { input: asked }))).toContain('IDEMPOTENCY_CONFLICT');
      });

      const read = async (response: Promise<Response>, each: (event: ServerSentEvent) => void): Promise<string> => {
        let text = ':\n\n';
        for await (const one of eventsOf(await response)) {
          if (one.event === ':') continue;
          text += `${one.id === null ? '' : `id: ${one.id}\n`}event: ${one.event}\ndata: ${one.data}\n\n`;
          each(one);
        }
        return plain(text).replace(/,"extensions":\{.*\}(?=\}$)/gm, '');
      };

      it('the stream protocol on a gateway shows what is sent over SSE for snapshots', async () => {
        const pause = newGate();
        vendor.upstream.plays(saying('The kettle ', pause, 'boils.'));
        const query = block('A snapshot', 'graphql');
        const text = await read(posted(vendor.gateway, query, prompts('A snapshot')), ({ data }) => {
          if (data.includes('CompletionSnapshot')) pause.open();
        });
        expect(text).toBe(shown('A snapshot'));
      });

      it('the stream protocol on a gateway shows what is sent over SSE for a cancellation by the owner', async () => {
        vendor.upstream.plays(saying('Half', newGate()));
        const query = block('A cancellation by the owner', 'graphql');
        const text = await read(posted(vendor.gateway, query, prompts('A cancellation by the owner')), ({ data, id }) => {
          const completion = Buffer.from(id ?? '', 'base64url')
            .toString()
            .split(':')[1];
          if (data.includes('Half'))
            void vendor.gateway.ask('mutation($id: ID!) { cancelCompletion(id: $id) { status } }', { id: completion });
        });
        expect(text).toBe(shown('A cancellation by the owner'));
      });
    });

    it('the stream protocol on a gateway shows what is sent over a WebSocket', async () => {
      const title = 'A tool call over WebSocket';
      const { received } = await talk(gateway, { atOnce: [init(gateway)], later: [subscribe(block(title, 'graphql'), prompts(title))] });
      const documented = shown(title)
        .split('\n')
        .filter((line) => line.startsWith('< '));
      expect(received.map((line) => `< ${plain(line).replace(/,"extensions":\{.*\}(?=\}\})/, '')}`)).toEqual(documented);
    });

    it('the stream protocol on a gateway runs completionEvents by GET', async () => {
      const query = 'subscription { completionEvents(id: "none") { __typename ... on CompletionFailed { failure { code } } } }';
      const response = await fetch(`${gateway.url}?${new URLSearchParams({ query })}`, {
        headers: { accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` },
      });
      expect(await response.text()).toContain('RESUME_EXPIRED');
    });
  });
});
