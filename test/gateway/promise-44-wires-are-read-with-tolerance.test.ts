import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { anthropic, compatible } from '../providers/dialects.ts';
import type { RawReply } from '../raw-upstream.ts';
import { complete, ledgerOf, prompt } from './asking.ts';
import { openUpstream, type Scripted, saying, scripted, scriptedConfig, scriptedDeployment } from './scripted.ts';

const refusal = (status: number, type: string, message: string): RawReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  pieces: [JSON.stringify({ type: 'error', error: { type, message } })],
});

describe('a refusal that speaks of the account, and not of the request', () => {
  it('a refusal that speaks of the account, and not of the request lets the second deployment of the route answer, also as a 400', async () => {
    const [first, second] = await Promise.all([openUpstream(), openUpstream()]);
    const config = scriptedConfig(second);
    const gateway = await startGateway({
      ...config,
      providers: { ...config.providers, anthropic: anthropic.provider(first.url) },
      deployments: { ...config.deployments, claude: { ...scriptedDeployment, provider: 'anthropic', model: anthropic.model } },
      routes: { ...plainConfig.routes, default: { deployments: ['claude', 'scripted'] } },
    });
    second.plays(saying('From the second.'));
    first.plays(
      refusal(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.'),
    );
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({
      text: 'From the second.',
      provenance: {
        attempts: [
          { deployment: 'claude', outcome: 'MODEL_UNAVAILABLE' },
          { deployment: 'scripted', outcome: 'OK' },
        ],
      },
    });
    expect(first.requests).toHaveLength(1);
  });

  it('a refusal that speaks of the account, and not of the request is told at once where the request itself is refused', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(compatible.refuses('bad request'));
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({ code: 'BAD_REQUEST', retryable: false });
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('an answer without a word', () => {
  const thinksOnly = [compatible.begins, 'data: {"choices":[{"index":0,"delta":{"reasoning_content":"Hm."}}]}\n\n', compatible.ends];
  it.each<[string, RawReply]>([
    ['reasoning alone', { pieces: thinksOnly }],
    ['nothing', { pieces: [compatible.empty] }],
    [
      'half a sentence that the server gave up',
      { pieces: [compatible.begins, compatible.says('Hello '), compatible.ends.replace('"stop"', '"error"')] },
    ],
  ])('an answer without a word is a failure, is paid for and is not kept: %s', async (_, reply) => {
    const { gateway, upstream } = await scripted({
      routes: { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 600 } },
    });
    upstream.plays(reply, saying('Hi.'));
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
    const [row] = await ledgerOf(gateway);
    expect(row).toMatchObject({ failures: 1, usage: { totalTokens: expect.any(Number) } });
    expect(row.usage.totalTokens).toBeGreaterThan(0);
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({
      text: 'Hi.',
      provenance: { cache: expect.not.stringContaining('HIT') },
    });
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('structured output of a server', () => {
  let made: Scripted;
  beforeAll(async () => {
    made = await scripted({ routes: { ...plainConfig.routes, default: { deployments: ['scripted'] } } });
  });
  const city: JsonSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const asked = (schema: JsonSchema, ...replies: readonly string[]) => {
    made.upstream.plays(...replies.map((text) => saying(text)));
    return complete(made.gateway, prompt(`Where? ${crypto.randomUUID()}`, { output: { format: 'JSON', schema } }));
  };
  const oslo = '{"city":"Oslo"}';

  it.each([
    ['bare', oslo],
    ['in a fence', `\`\`\`json\n${oslo}\n\`\`\``],
    ['in a bare fence', `\`\`\`\n${oslo}\n\`\`\``],
    ['in a fence of capitals', `\`\`\`JSON\n${oslo}\n\`\`\``],
    ['with talk around it', `Sure! Here it is:\n\n${oslo}\n\nAnything else?`],
    ['behind a thought', `<think>They ask for a city.</think>\n\n${oslo}`],
    ['behind a byte order mark', `\ufeff${oslo}`],
    ['twice', `${oslo}\n${oslo}`],
  ])('structured output of a server is read %s', async (_, text) =>
    expect(await asked(city, text)).toMatchObject({ object: { city: 'Oslo' } }),
  );

  it('structured output of a server is read where a fence stands in a text of it', async () => {
    expect(await asked(city, '{"city":"```json {} ```"}')).toMatchObject({ object: { city: '```json {} ```' } });
  });

  it.each([
    ['a comma too many', '{"city":"Oslo",}'],
    ['NaN', '{"city":NaN}'],
    ['comments', '{"city":"Oslo" // Norway\n}'],
    ['single quotes', "{'city':'Oslo'}"],
    ['a line end in a text', '{"city":"Os\nlo"}'],
    ['a number for a text', '{"city":1}'],
    ['a wrapper around it', '{"answer":{"town":"Oslo"}}'],
    ['a list for an object', '["Oslo"]'],
    ['half of it', '{"city":"Os'],
  ])(
    'structured output of a server is asked for once more where it has %s, and is INVALID_OUTPUT where that does not help',
    async (_, wrong) => {
      const before = made.upstream.requests.length;
      expect(await asked(city, wrong, oslo)).toMatchObject({ object: { city: 'Oslo' } });
      expect(made.upstream.requests.length - before).toBe(2);
      expect(await asked(city, wrong, wrong)).toMatchObject({ code: 'INVALID_OUTPUT' });
      expect(made.upstream.requests.length - before).toBe(4);
    },
  );

  const tree = { type: 'object', properties: { v: { type: 'integer' }, kids: { type: 'array', items: { $ref: '#' } } }, required: ['v'] };
  const word = { type: 'string' };
  it.each<[string, JsonSchema, string, string]>([
    ['to its root', tree, '{"v":1,"kids":[{"v":2,"kids":[]}]}', '{"v":1,"kids":[{"v":"two"}]}'],
    ['to $defs', { $defs: { x: word }, type: 'object', properties: { a: { $ref: '#/$defs/x' } } }, '{"a":"b"}', '{"a":1}'],
    [
      'to definitions',
      { definitions: { x: word }, type: 'object', properties: { a: { $ref: '#/definitions/x' } } },
      '{"a":"b"}',
      '{"a":1}',
    ],
    ['to a property', { type: 'object', properties: { a: word, b: { $ref: '#/properties/a' } } }, '{"b":"c"}', '{"b":1}'],
    ['with escapes', { $defs: { 'a/b c': word }, type: 'object', properties: { a: { $ref: '#/$defs/a~1b%20c' } } }, '{"a":"b"}', '{"a":1}'],
  ])('structured output of a server follows references %s', async (_, schema, right, wrong) => {
    expect(await asked(schema, right)).toMatchObject({ object: JSON.parse(right) });
    expect(await asked(schema, wrong, wrong)).toMatchObject({ code: 'INVALID_OUTPUT' });
  });

  it.each<[string, JsonSchema, string, string]>([
    ['an enum', { enum: ['a', 'b'] }, '"a"', '"c"'],
    ['a union with null', { type: ['string', 'null'] }, 'null', '1'],
    ['a format', { type: 'string', format: 'date' }, '"2026-11-28"', '"tomorrow"'],
    ['oneOf', { oneOf: [{ type: 'integer' }, { type: 'string' }] }, '7', 'true'],
    ['const', { const: 'yes' }, '"yes"', '"no"'],
    ['a list', { type: 'array', items: { type: 'integer' } }, '[1,2]', '["1"]'],
    ['a number', { type: 'number' }, '1.5', '"1.5"'],
  ])('structured output of a server is checked against %s', async (_, schema, right, wrong) => {
    expect((await asked(schema, right)).object).toEqual(JSON.parse(right));
    expect(await asked(schema, wrong, wrong)).toMatchObject({ code: 'INVALID_OUTPUT' });
  });
});
