/** Rules as code: which deployments the calls of a team, a route or a class of data may go to. */
import { beforeAll, describe, expect, it } from 'vitest';
import { fieldMistakes } from '../../src/assembly/graph/fields-check.ts';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { readFields } from '../../src/fields/read-fields.ts';
import { double } from '../doubles.ts';
import { plainConfig } from '../harness.ts';
import { type Teams, teams } from './teams.ts';

const sdl = `directive @dataClass(name: String!) repeatable on FIELD_DEFINITION
type Query { people: [Person!]! }
type Person @key(fields: "id") { id: ID! name: String! email: String! phone: String @dataClass(name: "personal") boss: Person }`;
const completion = (prompt: string): string =>
  `@completion(prompt: "${prompt}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]])`;
const fields = `extend type Person @key(fields: "id") { id: ID! name: String! email: String! @dataClass(name: "personal") phone: String boss: Person
  greeting: String ${completion('Greet {name}.')}
  mail: String ${completion('Write to {email}.')}
  report(email: String!): String ${completion('Report {email} of {name}.')}
  above: String ${completion('Write to {boss.email}.')}
  call: String ${completion('Call {phone}.')}
  callAbove: String ${completion('Call {boss.phone}.')}
}`;
const shared = { maxOutputTokens: 100, price: { input: 1, output: 2 }, capabilities: ['completion', 'json'] } as const;

const rules: NonNullable<GatewayConfig['rules']> = [
  { name: 'personal-data-stays-here', dataClasses: ['personal'], regions: ['eu'] },
  { name: 'interns-are-cheap', teams: ['interns'], models: ['small*'], maxInputTokens: 60 },
  { name: 'no-small-talk', routes: ['large'], teams: ['interns'], models: ['large'] },
];

describe('rules of the configuration', () => {
  let graph: Teams;
  const sent: string[] = [];
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    const at = (model: string) =>
      double(model, async function* () {
        sent.push(model);
        yield { type: 'text', text: `From ${model}.` };
        yield { type: 'finish', reason: 'stop' };
      });
    const ada = { id: '1', name: 'Ada', email: 'ada@example.org', phone: '1', boss: { id: '1' } };
    graph = await teams({
      remote: {
        people: { sdl, resolvers: { Query: { people: () => [ada] }, Person: { __resolveReference: () => ada, boss: () => ada } } },
      },
      fields,
      provider: at('model'),
      config: {
        providers: { large: at('large'), middle: at('middle'), small: at('small-1') },
        deployments: {
          us: { ...shared, provider: 'large', model: 'large', region: 'us' },
          eu: { ...shared, provider: 'middle', model: 'middle', region: 'eu' },
          'us-small': { ...shared, provider: 'small', model: 'small-1', region: 'us' },
          v: { ...shared, provider: 'small', model: 'v', capabilities: ['embedding'] },
        },
        routes: {
          default: { deployments: ['us', 'eu', 'us-small'], cacheSeconds: 60 },
          american: { deployments: ['us'] },
          large: { deployments: ['us'] },
          embedding: { deployments: ['v'] },
        },
        rules,
      },
    });
    for (const team of ['staff', 'interns']) {
      const { data } = await graph.gateway.ask('mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret } }', {
        input: { name: team, team, scopes: ['ai:use'] },
      });
      keys[team] = data.createAiKey.secret;
    }
  });

  const ask = async (
    query: string,
    team: string,
  ): Promise<{ readonly answer: Awaited<ReturnType<typeof graph.gateway.ask>>; readonly sent: readonly string[] }> => {
    sent.length = 0;
    const answer = await graph.gateway.ask(query, {}, { key: keys[team] ?? null });
    return { answer, sent: [...sent] };
  };
  const complete = (text: string, route: string): string =>
    `{ completion(input: { route: "${route}", prompt: { text: "${text}" } }) { ... on Completion { text } ... on Failure { code message } } }`;

  it('a field that sends classified data goes to the deployments that its rule allows, also by way of another entity, and any other field where its route begins', async () => {
    expect(await ask('{ people { greeting } }', 'staff')).toMatchObject({
      answer: { data: { people: [{ greeting: 'From large.' }] } },
      sent: ['large'],
    });
    expect(await ask('{ people { mail } }', 'staff')).toMatchObject({
      answer: { data: { people: [{ mail: 'From middle.' }] } },
      sent: ['middle'],
    });
    expect((await ask('{ people { above } }', 'staff')).sent).toEqual(['middle']);
    // The people team has said it of its own field.
    expect((await ask('{ people { call } }', 'staff')).sent).toEqual(['middle']);
    expect((await ask('{ people { callAbove } }', 'staff')).sent).toEqual(['middle']);
    // The argument hides the field of that name: it is the caller's word.
    expect((await ask('{ people { report(email: "x") } }', 'staff')).sent).toEqual(['large']);
  });

  it('a team goes to the models that its rule allows, and its kept answers are its own', async () => {
    expect((await ask(complete('Hi.', 'default'), 'staff')).sent).toEqual(['large']);
    expect((await ask(complete('Hi.', 'default'), 'interns')).sent).toEqual(['small-1']);
    expect((await ask(complete('Hi.', 'default'), 'interns')).sent).toEqual([]);
  });

  it('a call whose rule leaves no deployment is refused before anything is sent, by the name of the rule and with the routes that would do', async () => {
    const { answer, sent: none } = await ask(complete('Hi.', 'american'), 'interns');
    expect(none).toEqual([]);
    expect(answer.data.completion).toEqual({
      code: 'FORBIDDEN',
      message:
        'The rule "interns-are-cheap" leaves no deployment of the route "american" to this call. It may go to the models small* alone. Routes that have one: default.',
    });
  });

  it('a call whose rule leaves no deployment is not told of routes that its caller may not use, nor of those that another rule closes to it', async () => {
    const { data } = await graph.gateway.ask('mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret } }', {
      input: { name: 'narrow', team: 'interns', scopes: ['ai:use'], routes: ['american', 'large'] },
    });
    const { data: told } = await graph.gateway.ask(complete('Hi.', 'american'), {}, { key: data.createAiKey.secret });
    expect(told.completion.message).toMatch(/It may go to the models small\* alone\. No route of yours has one\.$/);
  });

  it('rules that leave nothing together are named together', async () => {
    const { answer } = await ask(complete('Hi.', 'large'), 'interns');
    expect(answer.data.completion.message).toContain('The rule "interns-are-cheap" leaves no deployment of the route "large"');
    const { answer: both } = await ask('{ people { mail } }', 'interns');
    expect(both.errors).toMatchObject([
      {
        message: expect.stringContaining(
          'The rules "personal-data-stays-here" and "interns-are-cheap" together leave no deployment of the route "default" to this call.',
        ),
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  it('an input that is longer than a rule lets through is CONTEXT_TOO_LONG, by the name of the rule', async () => {
    const { answer, sent: none } = await ask(complete('word '.repeat(200), 'default'), 'interns');
    expect([answer.data.completion.code, none]).toEqual(['CONTEXT_TOO_LONG', []]);
    expect(answer.data.completion.message).toMatch(/the rule "interns-are-cheap" allows 60 on route "default". Nothing was sent\.$/);
    expect((await ask(complete('word '.repeat(200), 'default'), 'staff')).sent).toEqual(['large']);
  });

  it('the public schema shows no class of data', () => {
    expect(graph.gateway.graph.supergraphSdl()).not.toMatch(/dataClass/);
  });
});

describe('fieldgate check on rules', () => {
  const deployments = { ...plainConfig.deployments, d: { provider: 'embedded', model: 'm', region: 'eu' } } as GatewayConfig['deployments'];
  it.each([
    ['rules.0.name is missing. It must be text.', [{ regions: ['eu'] }]],
    ['rules.0 allows everything. Give deployments, models, regions or maxInputTokens.', [{ name: 'a' }]],
    ['rules.0.regions has "us", which no deployment has. Regions: eu.', [{ name: 'a', regions: ['us'] }]],
    ['rules.0.models has "gpt*", which no deployment has. Models: ', [{ name: 'a', models: ['gpt*'] }]],
    [
      'rules has two rules with the name "a". Each needs one of its own.',
      [
        { name: 'a', maxInputTokens: 1 },
        { name: 'a', maxInputTokens: 2 },
      ],
    ],
  ])('%s', (sentence, wrong) => {
    const { mistakes } = checkConfig({ ...plainConfig, deployments, rules: wrong } as GatewayConfig, process.cwd());
    expect(mistakes.filter((mistake) => mistake.startsWith(sentence))).toHaveLength(1);
  });

  it('a class that no field has is a mistake, and @dataClass on a type is one', () => {
    const config: GatewayConfig = { ...plainConfig, rules: [{ name: 'a', dataClasses: ['personel'], maxInputTokens: 5 }] };
    const read = readFields([{ file: 'a.graphql', sdl: fields }]);
    expect(fieldMistakes(config, read)).toContain(
      'rules.0.dataClasses has "personel", which no field has. Classes of fields that prompts read: personal.',
    );
    expect(readFields([{ file: 'a.graphql', sdl: 'type A @dataClass(name: "x") { a: Int }' }]).mistakes).toMatchObject([
      { message: 'A: @dataClass does nothing here. It belongs on a field of an object type.' },
    ]);
  });
});
