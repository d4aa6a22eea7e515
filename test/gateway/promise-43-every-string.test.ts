/** Promise 43: every string that leaves is guarded and masked as it will be read: joined, in names, schemas, ids and arguments too. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { rounds } from '../rounds.ts';
import { complete } from './asking.ts';
import { type Scripted, saying, scripted, scriptedDeployment } from './scripted.ts';
import { sentTo } from './streams.ts';

const capabilities = ['completion', 'tools', 'images', 'files', 'json', 'reasoning'] as const;
const able = (changes: Partial<GatewayConfig>, route: object = {}): Promise<Scripted> =>
  scripted({
    deployments: { scripted: { ...scriptedDeployment, capabilities } },
    routes: { default: { deployments: ['scripted'], attempts: 1, providerOptions: ['user', 'metadata'], ...route } },
    collections: {},
    ...changes,
  });

const user = (...content: object[]) => ({ role: 'USER', content });
const assistant = (...content: object[]) => ({ role: 'ASSISTANT', content });
const said = (text: string) => ({ text });
const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');
const messages = (...all: object[]) => ({ prompt: { messages: all } });
const hello = { prompt: { text: 'Hello.' } };
const tool = (changes: object) => ({
  ...hello,
  tools: [{ name: 'look_up', description: 'Looks up.', parameters: { type: 'object' }, ...changes }],
});
const inParameters = (parameters: object) => tool({ parameters: { type: 'object', ...parameters } });
const inSchema = (schema: object) => ({ ...hello, output: { format: 'JSON', schema: { type: 'object', ...schema } } });
const withCall = (call: object, result: object = {}) =>
  messages(
    user(said('Hello.')),
    assistant({ toolCall: { id: 'call_1', name: 'look_up', arguments: {}, ...call } }),
    { role: 'TOOL', content: [{ toolResult: { callId: 'call_1', content: 'Found.', ...result } }] },
    user(said('Go on.')),
  );
const text = (inside: string, more: object = {}) => ({ file: { mediaType: 'text/plain', base64: base64(inside), ...more } });

describe('a guardrail reads what the model will read', () => {
  let gateway: Scripted['gateway'];
  let upstream: Scripted['upstream'];
  beforeAll(async () => {
    const guardrail = patternGuard({ name: 'codenames', patterns: ['(?i)project\\s+x', '7{15}'], on: ['input'] });
    ({ gateway, upstream } = await able({ guardrails: [{ guardrail, routes: '*' }] }));
    upstream.plays(saying('Yes.'));
  });

  it.each<[string, object]>([
    ['parts of one message', messages(user(said('About pro'), said('ject x.')))],
    ['parts of one message, letter by letter', messages(user(...[...'project x'].map(said)))],
    ['messages of one role that follow each other', messages(user(said('About pro')), user(said('ject x.')))],
    [
      'parts of an earlier answer, with a call between',
      messages(
        user(said('Hi')),
        assistant(said('pro'), { toolCall: { id: 'c', name: 't', arguments: {} } }, said('ject x')),
        { role: 'TOOL', content: [{ toolResult: { callId: 'c', content: 'ok' } }] },
        user(said('Go on.')),
      ),
    ],
    [
      'earlier thoughts',
      messages(
        user(said('Hi')),
        assistant({ reasoning: { text: 'pro' } }, { reasoning: { text: 'ject x' } }, said('Yes.')),
        user(said('Go on.')),
      ),
    ],
    [
      'system messages apart from each other',
      messages({ role: 'SYSTEM', content: [said('pro')] }, user(said('Hi')), { role: 'SYSTEM', content: [said('ject x')] }),
    ],
    [
      'parts of a system message, on lines of their own',
      messages({ role: 'SYSTEM', content: [said('project'), said('x')] }, user(said('Hi'))),
    ],
    ['a text and a text file behind it', messages(user(said('About pro'), text('ject x')))],
    ['a text file', messages(user(said('Read.'), text('About project x.')))],
    [
      'a text file in UTF-16',
      messages(user(said('Read.'), { file: { mediaType: 'text/plain', base64: base64('\ufeffAbout project x.', 'utf16le') } })),
    ],
    [
      'a file of another type that is text',
      messages(user(said('Read.'), { file: { mediaType: 'application/json', base64: base64('{"a":"project x"}') } })),
    ],
    ['the name of a file', messages(user(said('Read.'), text('Words.', { name: 'project x.txt' })))],
    ['the id of a call', withCall({ id: 'project x' }, { callId: 'project x' })],
    ['the name of a called tool', withCall({ name: 'project x' })],
    ['arguments', withCall({ arguments: { of: ['project x'] } })],
    ['names of arguments', withCall({ arguments: { 'project x': 1 } })],
    ['numbers of arguments', withCall({ arguments: { id: 777_777_777_777_777 } })],
    ['what a tool answered', withCall({}, { content: { a: 'project x' } })],
    [
      'a signed part',
      messages(
        user(said('Hi')),
        assistant({ reasoning: { text: 'Hm.', opaque: '{"compatible":{"thoughtSignature":"pro\\u006aect x"}}' } }, said('Yes.')),
        user(said('Go on.')),
      ),
    ],
    ['the description of a tool', tool({ description: 'About project x.' })],
    ['the name of a parameter', inParameters({ properties: { 'project x': {} } })],
    ['a format of a parameter', inParameters({ properties: { a: { type: 'string', format: 'project x' } } })],
    ['a comment in parameters', inParameters({ $comment: 'project x' })],
    ['an id in parameters', inParameters({ $id: 'urn:project%20x' })],
    ['an unknown keyword of parameters', inParameters({ 'project x': true })],
    ['a pattern of the output', inSchema({ properties: { a: { type: 'string', pattern: 'project x' } } })],
    ['a pattern of the output that is escaped', inSchema({ properties: { a: { type: 'string', pattern: '^pro\\x6aect[ ]x$' } } })],
    ['the name of a member of the output', inSchema({ properties: { 'project x': { type: 'string' } } })],
    ['what the output requires', inSchema({ required: ['project x'] })],
    ['a value that the output allows', inSchema({ properties: { a: { enum: ['project x'] } } })],
    ['a default of the output', inSchema({ properties: { a: { type: 'object', default: { 'project x': 1 } } } })],
    ['where the output stops', { ...hello, stop: ['project x'] }],
    ['an option of the vendor', { ...hello, providerOptions: { user: 'project x' } }],
    ['a name in options of the vendor', { ...hello, providerOptions: { metadata: { 'project x': '1' } } }],
  ])('a guardrail reads what the model will read in %s', async (_, input) => {
    const sent = upstream.requests.length;
    expect(await complete(gateway, input)).toMatchObject({ __typename: 'GuardrailBlocked', code: 'GUARDRAIL_BLOCKED' });
    expect(upstream.requests).toHaveLength(sent);
  });

  it('a guardrail reads what the model will read, and lets pass what only stands in different places', async () => {
    const input = messages(user(said('About pro')), assistant(said('ject x')), user(said('Go on.')));
    expect(await complete(gateway, input)).toMatchObject({ __typename: 'Completion' });
  });
});

describe('personal data leaves in no string of a request', () => {
  const email = 'bob@corp.example.com';
  let gateway: Scripted['gateway'];
  let upstream: Scripted['upstream'];
  beforeAll(async () => {
    ({ gateway, upstream } = await able({ maskPersonalData: '*' }));
  });
  const sentFor = async (input: object): Promise<string> => {
    upstream.plays(saying('Yes.'));
    expect(await complete(gateway, input)).toMatchObject({ __typename: 'Completion' });
    return upstream.requests.at(-1)?.body ?? '';
  };

  it.each<[string, object]>([
    ['parts of one message', messages(user(said('Write to bob@corp.'), said('example.com today.')))],
    ['a part of its own behind the one where it begins', messages(user(said('Write to bob@'), said('corp.example.com')))],
    ['messages that follow each other', messages(user(said('Write to bob@corp.ex')), user(said('ample.com')), user(said('today.')))],
    ['the id of a call', withCall({ id: email }, { callId: email })],
    ['names and values of arguments', withCall({ arguments: { [email]: [email] } })],
    ['what a tool answered', withCall({}, { content: { [email]: { deep: email } } })],
    ['the name of a parameter', inParameters({ properties: { [email]: { type: 'string' } }, required: [email] })],
    ['a format of a parameter', inParameters({ properties: { a: { type: 'string', format: email } } })],
    ['a text file', messages(user(said('Read.'), text(`To ${email}.`, { name: `${email}.txt` })))],
    ['where the output stops', { ...hello, stop: [email] }],
  ])('personal data leaves in no string of a request: masked in %s', async (_, input) => {
    const sent = await sentFor(input);
    expect(sent).toContain('EMAIL_1');
    expect(sent).not.toMatch(/bob|corp\.ex|example\.com/);
  });

  it.each<[string, object, string]>([
    ['the name of a tool', tool({ name: '415-555-2671' }), '/tools/0/name'],
    ['the name of a tool, behind a word', tool({ name: 'pay_4111111111111111' }), '/tools/0/name'],
    ['the name of a called tool', withCall({ name: email }), '/messages/1/content/0/name'],
    [
      'a media type',
      messages(user(said('Read.'), { file: { mediaType: 'text/415-555-2671', base64: 'eA==' } })),
      '/messages/0/content/1/mediaType',
    ],
    ['a pattern', inParameters({ properties: { a: { pattern: `^${email}$` } } }), '/tools/0/parameters/properties/a/pattern'],
    [
      'an escaped pattern',
      inSchema({ properties: { a: { type: 'string', pattern: '^bob@corp\\.example[.]com$' } } }),
      '/output/schema/properties/a/pattern',
    ],
    [
      'a name that is a pattern',
      inParameters({ patternProperties: { 'bob@corp\\.example\\.com': {} } }),
      '/tools/0/parameters/patternProperties/…',
    ],
    ['the name of a definition', inParameters({ $defs: { [email]: {} } }), '/tools/0/parameters/$defs/…'],
    ['a reference', inParameters({ $ref: '#/$defs/bob%40corp.example.com' }), '/tools/0/parameters/$ref'],
    [
      'a number that must be one',
      inParameters({ properties: { a: { const: 4111111111111111 } } }),
      '/tools/0/parameters/properties/a/const',
    ],
    [
      'a signed part',
      messages(
        user(said('Hi')),
        assistant({ reasoning: { text: 'Hm.', opaque: `{"compatible":{"thoughtSignature":"${email}"}}` } }, said('Yes.')),
        user(said('Go on.')),
      ),
      '/messages/1/content/0/opaque',
    ],
    ['an option of the vendor', { ...hello, providerOptions: { user: email } }, '/providerOptions/user'],
  ])('personal data leaves in no string of a request refused, with the place, in %s', async (_, input, place) => {
    const sent = upstream.requests.length;
    const failure = await complete(gateway, input);
    expect(failure).toMatchObject({ __typename: 'GuardrailBlocked', code: 'GUARDRAIL_BLOCKED' });
    expect(failure.message).toContain(place);
    expect(failure.message).not.toMatch(/bob|415-555|4111/);
    expect(upstream.requests).toHaveLength(sent);
  });

  it('personal data leaves in no string of a request, and names of an object come back as the caller gave them', async () => {
    upstream.plays(saying('{"<EMA', 'IL_1>":"yes, ', '<EMAIL_1>"}'));
    const schema = { properties: { [email]: { type: 'string' } }, required: [email], additionalProperties: false };
    expect(await complete(gateway, inSchema(schema))).toMatchObject({ __typename: 'Completion', object: { [email]: `yes, ${email}` } });
    expect(sentTo(upstream)).not.toContain('bob@');
  });

  it('personal data leaves in no string of a request, and what an answer got wrong is told in the names of the caller', async () => {
    upstream.plays(saying('{"<EMAIL_1>":1}'));
    const schema = { properties: { [email]: { type: 'string' } }, required: [email], additionalProperties: false };
    const failure = await complete(gateway, inSchema(schema));
    expect(failure).toMatchObject({ __typename: 'InvalidOutput' });
    expect(JSON.stringify(failure.issues)).not.toContain('EMAIL_1');
    expect(JSON.stringify(failure.issues)).toContain(email);
  });

  const canaries = [
    'bob@corp.example.com',
    '+49 30 901820',
    '415-555-2671',
    '4111 1111 1111 1111',
    '5555555555554444',
    'DE89 3704 0044 0532 0130 00',
    '203.0.113.77',
    '2001:db8::8a2e:370:7334',
    '536-22-8726',
    'bob%40host.example',
    'bob&#64;host.example',
    '4111.1111.1111.1111',
  ];
  /** Each puts a text somewhere into a request. */
  const places: readonly ((text: string) => object)[] = [
    (text) => messages(user(said(`A ${text} b`))),
    (text) => messages(user(said(`A ${text.slice(0, text.length / 2)}`), said(`${text.slice(text.length / 2)} b`))),
    (text) => messages(user(...[...text].map((letter) => said(letter)))),
    (text) => messages({ role: 'SYSTEM', content: [said(text)] }, user(said('Hi'))),
    (text) => messages(user(said('Hi')), assistant(said(text), { reasoning: { text } }), user(said('Go on.'))),
    (text) => withCall({ id: text }, { callId: text }),
    (text) => withCall({ name: text }),
    (text) => withCall({ arguments: { a: { [text]: [text, { b: text }] } } }),
    (text) => withCall({ arguments: { a: /^[\d ]{16,}$/.test(text) ? Number(text.replaceAll(' ', '')) : text } }),
    (text) => withCall({}, { content: text }),
    (text) => withCall({}, { content: [{ [text]: text }] }),
    (inside) => messages(user(said('Read.'), text(`a ${inside} b`, { name: inside }))),
    (text) => tool({ description: text }),
    ...['title', 'description', 'format', 'pattern', '$comment', '$id', '$ref', '$anchor', 'type', 'unknown'].map(
      (keyword) => (text: string) => inParameters({ properties: { a: { [keyword]: text } } }),
    ),
    ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentRequired', 'unknown'].map(
      (keyword) => (text: string) => inParameters({ [keyword]: { [text]: keyword === 'dependentRequired' ? [text] : {} } }),
    ),
    (text) => inParameters({ required: [text], enum: [text], const: { [text]: text }, default: text, examples: [[text]] }),
    (text) => inSchema({ properties: { [text]: { type: 'string', description: text } }, required: [text] }),
    (text) => inSchema({ properties: { a: { type: 'string', enum: [text] } } }),
    (text) => ({ ...hello, stop: [text] }),
    (text) => ({ ...hello, providerOptions: { user: text } }),
    (text) => ({ ...hello, providerOptions: { metadata: { [text]: text } } }),
  ];

  it('personal data leaves in no string of a request wherever it is put', async () => {
    upstream.plays(saying('Yes.'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...canaries), fc.constantFrom(...places), async (canary, place) => {
        const from = upstream.requests.length;
        await complete(gateway, place(canary));
        const digits = canary.replace(/\D/g, '');
        for (const { body } of upstream.requests.slice(from)) {
          expect(body).not.toContain(canary);
          if (digits.length > 8) expect(body.replace(/[\s"{}[\]:,()\\.-]|type|text/g, '')).not.toContain(digits);
        }
      }),
      // The drills run ten times as many.
      { numRuns: 100 * rounds },
    );
  });
});

describe('what comes back is guarded as it will be read', () => {
  it('what comes back is guarded as it will be read in the name of a called tool, in numbers, and in names of an object', async () => {
    const guardrail = patternGuard({ name: 'codenames', patterns: ['project_x', '7{15}'], on: ['output'] });
    const { gateway, upstream } = await able({ guardrails: [{ guardrail, routes: '*' }] });
    const call = (name: string, args: string) =>
      `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: args } }] } }] })}\n\n`;
    const [begins = '', , ends = ''] = (saying('x').pieces ?? []) as string[];
    for (const [name, args] of [
      ['project_x', '{}'],
      ['look_up', '{"id":777777777777777}'],
      ['look_up', '{"project_x":1}'],
      ['look_up', '{"a":"project_x","a":"b"}'],
    ] as const) {
      upstream.plays({ pieces: [begins, call(name, args), ends] });
      expect(await complete(gateway, tool({}))).toMatchObject({ __typename: 'GuardrailBlocked' });
    }
    upstream.plays(saying('{"project_x":1}'));
    expect(await complete(gateway, { ...hello, output: { format: 'JSON' } })).toMatchObject({ __typename: 'GuardrailBlocked' });
  });
});
