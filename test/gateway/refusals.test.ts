/**
 * A refusal says which rule or limit refused, how much it allows, when there is room again, and what would be accepted, in its sentence and for
 * machines; and nothing of what others did.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { plainConfig } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { newKey } from './asking.ts';
import { counting, type Scripted, scripted, scriptedDeployment, waiting } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;
type Settings = Partial<GatewayConfig>;

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly errorId: string;
}

interface Case {
  readonly what: string;
  readonly config?: Settings;
  /** Of the key that asks. */
  readonly key?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Calls that are answered before; a running one instead: 'running'. */
  readonly before?: number | 'running';
  /** Of the call that is refused. */
  readonly input?: object;
  readonly document?: string;
  readonly code: string;
  /** Which, how much, when, and what would be accepted: each must be in the sentence. */
  readonly says: readonly RegExp[];
  /** Whether it says when to ask again. */
  readonly resets: boolean;
}

const { price: _, ...unpriced } = scriptedDeployment;

const minute = /in \d+ ms/;
const month = /starts anew at 20\d\d-\d\d-01T00:00:00\.000Z/;
const session = /starts anew at 20\d\d-.*Z/;
const less = /Less text or a smaller maxOutputTokens may fit/;
const ofTeam = (team: object): { readonly config: Settings } => ({ config: { teams: { search: team } } });

const cases: readonly Case[] = [
  {
    what: 'the budget of a key',
    key: { monthlyBudget: '0.0003' },
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"key:\w+" has 0\.\d+ left of 0\.0003 a month/, less, month],
    resets: true,
  },
  {
    what: 'the budget of a team',
    ...ofTeam({ monthlyBudget: '0.0003' }),
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"team:search" has 0\.\d+ left of 0\.0003 a month/, less, month],
    resets: true,
  },
  {
    what: 'the budget of an organisation',
    config: { organisations: { acme: { monthlyBudget: '0.0003' } }, teams: { search: { organisation: 'acme' } } },
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"organisation:acme" has 0\.\d+ left of 0\.0003 a month/, less, month],
    resets: true,
  },
  {
    what: 'the budget of a user',
    ...ofTeam({ monthlyBudgetPerUser: '0.0003' }),
    headers: { 'AI-User': 'ann' },
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/u_[\w-]{22}" has 0\.\d+ left of 0\.0003 a month/, less, month],
    resets: true,
  },
  {
    what: 'a budget that a user shares',
    key: { monthlyBudget: '0.0003' },
    headers: { 'AI-User': 'ann' },
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"key:\w+" has too little left of 0\.0003 a month/, less, month],
    resets: true,
  },
  {
    what: 'the money of a session',
    ...ofTeam({ session: { amount: '0.0003' } }),
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"session:key:\w+" has 0\.\d+ left of 0\.0003 a session/, less, session],
    resets: true,
  },
  {
    what: 'the calls of a session',
    ...ofTeam({ session: { calls: 1 } }),
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"session:key:\w+" has 0 left of 1 model calls a session/, session],
    resets: true,
  },
  {
    what: 'the tokens of a session',
    ...ofTeam({ session: { tokens: 150 } }),
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/can use up to \d+ tokens, and "session:key:\w+" has 50 left of 150 tokens a session/, less, session],
    resets: true,
  },
  {
    what: 'the turns of a session',
    ...ofTeam({ session: { turns: 1 } }),
    before: 1,
    code: 'BUDGET_EXCEEDED',
    says: [/"session:key:\w+" has 0 left of 1 operations a session/, session],
    resets: true,
  },
  {
    what: 'the operations of a key',
    key: { requestsPerMinute: 1, callsPerMinute: 9 },
    before: 1,
    code: 'RATE_LIMITED',
    says: [/"key:\w+" may make 1 \w+ a minute, and they are used up/, minute],
    resets: true,
  },
  {
    what: 'the calls of a key',
    key: { callsPerMinute: 1 },
    before: 1,
    code: 'RATE_LIMITED',
    says: [/"key:\w+" may make 1 [\w ]+ a minute, and they are used up/, minute],
    resets: true,
  },
  {
    what: 'the calls of a team',
    ...ofTeam({ callsPerMinute: 1 }),
    before: 1,
    code: 'RATE_LIMITED',
    says: [/"team:search" may make 1 [\w ]+ a minute, and they are used up/, minute],
    resets: true,
  },
  {
    what: 'the tokens of a team',
    ...ofTeam({ tokensPerMinute: 150 }),
    before: 1,
    code: 'RATE_LIMITED',
    says: [
      /"team:search" may use 150 tokens a minute, and this call can use up to \d+/,
      minute,
      /less text or a smaller maxOutputTokens sooner/,
    ],
    resets: true,
  },
  {
    what: 'the places of a team',
    ...ofTeam({ concurrency: 1 }),
    before: 'running',
    code: 'CONCURRENCY_LIMITED',
    says: [/"team:search" may run 1 calls at a time, and they are running/, /when one of them ends/],
    resets: true,
  },
  {
    what: 'a route of others',
    key: { routes: ['embedding'] },
    code: 'FORBIDDEN',
    says: [/You may not use the route "default"/, /You have no route for completions/],
    resets: false,
  },
  { what: 'a scope', key: { scopes: ['ai:usage'] }, code: 'FORBIDDEN', says: [/ai:use/], resets: false },
  {
    what: 'a rule that allows no model of the route',
    config: { rules: [{ name: 'house-models', teams: ['search'], models: ['ours*'] }] },
    code: 'FORBIDDEN',
    says: [/The rule "house-models" leaves no deployment of the route "default"/, /the models ours\*/],
    resets: false,
  },
  {
    what: 'a rule of the size of prompts',
    config: { rules: [{ name: 'brief', teams: ['search'], maxInputTokens: 3 }] },
    code: 'CONTEXT_TOO_LONG',
    says: [/the rule "brief" allows 3 on route "default"/],
    resets: false,
  },
  {
    what: 'a price that is not known, under a budget',
    config: { deployments: { ...plainConfig.deployments, scripted: unpriced } },
    key: { monthlyBudget: '5' },
    code: 'UNPRICED',
    says: [/price of deployment "scripted" is unknown, and your calls are under a budget/, /with a price would be accepted/],
    resets: false,
  },
  {
    what: 'the cost of one operation',
    config: { graph: { maxCostPerOperation: '0.00001' } },
    code: 'COST_LIMIT_EXCEEDED',
    says: [/can cost up to 0\.\d+ USD|The operation can cost 0\.\d+ USD/, /0\.00001 USD/],
    resets: false,
  },
  {
    what: 'a guardrail of the team',
    config: {
      guardrails: [{ guardrail: patternGuard({ name: 'no-codes', patterns: ['refused words'] }), routes: [] }],
      teams: { search: { guardrails: ['no-codes'] } },
    },
    input: { prompt: { text: 'Some refused words.' } },
    code: 'GUARDRAIL_BLOCKED',
    says: [/no-codes/],
    resets: false,
  },
];

const failure = '... on Failure { code message retryable retryAfterMs errorId }';
const question = `query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { text } ${failure} } }`;

async function asked(
  { gateway }: Scripted,
  key: string,
  { headers = {}, input = {}, document = question }: Partial<Case>,
): Promise<Refusal | null> {
  const variables = { input: { prompt: { text: 'Some words that nobody else knows.' }, maxOutputTokens: 90, ...input } };
  const { data, errors } = await gateway.ask(document, variables, { key, headers });
  const [error] = (errors ?? []) as Data[];
  if (error !== undefined) return { message: error.message, retryAfterMs: null, ...error.extensions };
  const [answer] = Object.values(data) as Data[];
  return answer.__typename === 'Completion' ? null : answer;
}

describe('a refusal', () => {
  let over: (() => void)[] = [];
  beforeEach(() => {
    for (const end of over) end();
    over = [];
  });

  it.each(cases)('a refusal by $what says which, how much, when and what would be accepted, and nothing of others', async (one) => {
    const { config, key: parts = {}, before = 0, code, says, resets, ...how } = one;
    const at = await scripted(config ?? {});
    at.upstream.plays(counting(10, 90));
    const { secret } = await newKey(at.gateway, { scopes: ['ai:use', 'ai:act-as'], ...parts });
    // Another of the same team, who draws on the same limits.
    const other = await newKey(at.gateway, { name: 'the other', scopes: ['ai:use'] });
    if (before === 'running') {
      const gate = newGate();
      over.push(() => gate.open());
      at.upstream.plays(waiting(gate, 'Lamps '));
      void asked(at, other.secret, {});
      for (let tries = 0; at.upstream.requests.length === 0 && tries < 200; tries += 1) await new Promise((done) => setTimeout(done, 20));
    } else {
      for (let call = 0; call < before; call += 1)
        expect(await asked(at, secret, { ...how, input: { prompt: { text: `Call ${call}.` } } })).toBeNull();
    }
    const refusal = await asked(at, secret, how);
    for (const end of over) end();
    expect(refusal).toMatchObject({ code, errorId: expect.stringMatching(/^[\w-]{36}$/), retryable: expect.any(Boolean) });
    for (const part of says) expect(refusal?.message).toMatch(part);
    if (resets) expect(refusal?.retryAfterMs).toBeGreaterThan(0);
    else expect(refusal?.retryAfterMs ?? null).toBeNull();
    for (const strange of [other.id, 'the other', 'nobody else knows', 'ann']) expect(refusal?.message).not.toContain(strange);
  });
});
