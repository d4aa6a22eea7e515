import { describe, expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { configText, folderWith, inProcess, refusal } from './run.ts';

const fields = `extend type Person @key(fields: "id") {
  id: ID!
  email: String! @dataClass(name: "personal")
  mail: String @completion(prompt: "{email}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
}`;

async function peopleFolder(): Promise<string> {
  const people = await runSubgraph(
    'people',
    'type Query { people(first: Int): [Person!]! } type Person @key(fields: "id") { id: ID! email: String! }',
    {},
  );
  whenOver(() => people.close());
  return folderWith({
    'ai.graphql': fields,
    'mails.graphql':
      'query ($n: Int = 2) { people(first: $n) { mail } dear: completion(input: { prompt: { text: "Hi." }, route: "far", maxOutputTokens: 10 }) { __typename } }',
    'gateway.config.ts': configText(`deployments: { ...fromEnvironment({}).deployments,
        here: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 }, region: 'eu' },
        there: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 }, region: 'us' } },
      routes: { ...fromEnvironment({}).routes, default: { deployments: ['there', 'here'] }, far: { deployments: ['there'] } },
      maskPersonalData: ['default'],
      teams: { shop: { callsPerMinute: 60 } },
      rules: [{ name: 'stays-here', dataClasses: ['personal'], regions: ['eu'] }, { name: 'brief', teams: ['shop'], maxInputTokens: 4000 }],
      graph: { subgraphs: [{ name: 'people', url: '${people.url}' }], fields: ['ai.graphql'] }`),
  });
}

describe('fieldgate explain', () => {
  it('fieldgate explain tells for a key and an operation which scopes, routes, rules, guards and limits apply, and why', async () => {
    const cwd = await peopleFolder();
    const created = await inProcess(
      ['keys', 'create', '--name', 'web', '--team', 'shop', '--budget', '25', '--route', 'default', '--route', 'far'],
      { cwd },
    );
    const id = created.out.split('_')[1] ?? '';
    const { code, out } = await inProcess(['explain', 'mails.graphql', '--key', id], { cwd });
    expect(code).toBe(0);
    expect(out.replace(/ends 20\S+/, 'ends THEN')).toBe(`caller        key:${id}, team shop, organisation none
scopes        ai:use
routes        default far
kept answers  shared with its team

The operation would run. It can cost 0.04106 USD at most.

people.mail  Person.mail, at most 2 calls, 0.04 USD
  needs      ai:use: the caller has it
  route      default: the caller may use it
  sends      data of the class personal
  rule       stays-here: regions eu, because it sends personal data
  rule       brief: at most 4000 input tokens, because the team is shop
  goes to    here
  guards     masking of personal data

dear       Query.completion, at most 1 call, 0.00106 USD
  needs    ai:use: the caller has it
  route    far: the caller may use it
  sends    no classified data
  rule     brief: at most 4000 input tokens, because the team is shop
  goes to  there
  guards   none

key:${id}  25 USD a month: 0 USD spent, 0 USD held; ends THEN
team:shop         60 calls a minute
`);
  });

  it('fieldgate explain says why an operation would be refused', async () => {
    const cwd = await peopleFolder();
    const created = await inProcess(['keys', 'create', '--name', 'ops', '--team', 'ops', '--scope', 'ai:usage', '--budget', '0.01'], {
      cwd,
    });
    const { out } = await inProcess(['explain', 'mails.graphql', '--key', created.out.split('_')[1] ?? ''], { cwd });
    expect(out).toContain('The operation would be refused: ');
    expect(out).toMatch(/ {2}needs +ai:use: .*ai:use/);
  });

  it.each([
    [['explain', 'mails.graphql'], 'explain needs the key that asks: --key ID. `fieldgate keys list` shows the ids.'],
    [['explain', 'mails.graphql', '--key', 'nobody'], 'The key "nobody" is not known here.'],
    [
      ['explain', 'mails.graphql', '--key', 'fg_RynMsfpAiHR4_abc'],
      '--key takes the public id of the key, which is its middle part: RynMsfpAiHR4.',
    ],
    [['explain'], 'explain takes one file with an operation'],
    [['quote', 'mails.graphql', '--key', 'a'], '--key means nothing to "quote". It belongs to explain.'],
  ] as const)('fieldgate explain refuses %j in a sentence', async (args, sentence) => {
    expect(await refusal(args, folderWith({ 'gateway.config.ts': configText(''), 'mails.graphql': '{ aiRoutes { name } }' }))).toContain(
      sentence,
    );
  });
});
