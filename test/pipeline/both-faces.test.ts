/** The two faces of the pipeline: the same calls have the same outcomes, and the same facts are reported in the same order. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Said } from '../../src/core/batch.ts';
import type { Call, Fact } from '../../src/core/call/call.ts';
import type { UsageRow } from '../../src/core/call/usage-row.ts';
import type { Chunk, Completion } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { noUsage } from '../../src/core/money.ts';
import { completionRequest, type ModelRequest } from '../../src/core/request/request.ts';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { guarded } from '../../src/pipeline/guard.ts';
import { validated } from '../../src/pipeline/validate.ts';
import type { Route } from '../../src/routing/route.ts';
import {
  account,
  breaks,
  call,
  type Double,
  deployment,
  double,
  embeddingRequest,
  fails,
  type GatewayOptions,
  gateway,
  hangs,
  ignoresEverything,
  lastingOfKeys,
  memoryLedger,
  request,
  route,
  says,
  slots,
  wholly,
  yields,
} from '../doubles.ts';
import { ask, type Face } from '../faces.ts';

interface Asking {
  readonly what?: ModelRequest;
  readonly by?: Partial<Call>;
  readonly budget?: number;
  /** When the client leaves: before anything is asked, or when a provider was asked. */
  readonly leaves?: 'before' | 'meanwhile';
}

interface Scenario {
  readonly routes: (providers: Double[]) => readonly Route[];
  readonly options?: () => GatewayOptions;
  /** One after the other, or all at once. */
  readonly asks: readonly Asking[];
  readonly atOnce?: boolean;
  /** `OK` or the code of each. */
  readonly ends: readonly string[];
}

const stop: Chunk = { type: 'finish', reason: 'stop' };
const words = (...texts: readonly string[]): Chunk[] => texts.map((text) => ({ type: 'text', text }));
const noFalcon = (window: Guardrail['window'] = 'sentence') => patternGuard({ name: 'falcon', patterns: ['(?i)falcon'], window });
const guarding = (...guardrails: readonly Guardrail[]): GatewayOptions => ({
  guard: guarded({ guardrails: () => guardrails, mask: () => false }),
});
const masking = (): GatewayOptions => ({ guard: guarded({ guardrails: () => [noFalcon()], mask: () => true }) });
const person = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const;
const asksPerson = completionRequest('Who?', { output: { format: 'json', schema: person } });
const validating = (): GatewayOptions => ({ validate: validated() });
/** Says the nth text to the nth request. */
const saysInTurn = (...texts: readonly string[]): Double => {
  let asked = 0;
  return double('turns', (what, options) => says(texts[asked++] ?? '').send(what, { ...options, model: 'm', firstChunkMs: 1, idleMs: 1 }));
};
const kept = (...providers: readonly Double[]) => [route('default', providers, { cacheSeconds: 60 })];

const scenarios: Readonly<Record<string, Scenario>> = {
  'an answer': { routes: (p) => [route('default', use(p, says('Hi there.')))], asks: [{}], ends: ['OK'] },
  'an answer with reasoning, tool calls and warnings': {
    routes: (p) => [
      route(
        'default',
        use(
          p,
          yields(
            { type: 'warning', message: 'w' },
            { type: 'reasoning', text: 'th' },
            { type: 'reasoning', text: 'ink', opaque: 'sig' },
            ...words('One ', 'two'),
            { type: 'tool-call', id: '1', name: 't', argumentsText: '{"a"', done: false },
            { type: 'tool-call', id: '1', name: 't', argumentsText: '{"a": 1}', done: true },
            { type: 'finish', reason: 'tool-calls' },
          ),
        ),
      ),
    ],
    asks: [{}],
    ends: ['OK'],
  },
  'an embedding': { routes: (p) => [route('default', use(p, says('')))], asks: [{ what: embeddingRequest('a', 'b') }], ends: ['OK'] },
  'an answer that nobody counted': { routes: (p) => [route('default', use(p, says('Hi.', { usage: null })))], asks: [{}], ends: ['OK'] },
  'an answer that was counted wrong': {
    routes: (p) => [route('default', use(p, says('Hi.', { usage: { ...noUsage, freshInputTokens: 10, outputTokens: 1e9 } })))],
    asks: [{}],
    ends: ['OK'],
  },
  'an answer that is longer than was asked for': {
    routes: (p) => [route('default', use(p, says('word '.repeat(2_000))))],
    asks: [{ what: completionRequest('Say much.', { maxOutputTokens: 20 }), budget: 10_000_000 }],
    ends: ['OK'],
  },
  'a fallback before the first word': {
    routes: (p) => [route('default', use(p, fails('RATE_LIMITED'), says('Hi.')))],
    asks: [{ budget: 10_000_000 }],
    ends: ['OK'],
  },
  'a fallback after some words': {
    routes: (p) => [route('default', use(p, breaks('Half an'), says('Hi.')))],
    asks: [{ budget: 10_000_000 }],
    ends: ['OK'],
  },
  'attempts that all fail': {
    routes: (p) => [route('default', use(p, fails('MODEL_UNAVAILABLE'), breaks('Half', 'STREAM_STALLED')), { attempts: 2 })],
    asks: [{ budget: 10_000_000 }],
    ends: ['MODEL_UNAVAILABLE'],
  },
  'a failure that no other could mend': {
    routes: (p) => [route('default', use(p, fails('INVALID_OUTPUT'), says('Hi.')))],
    asks: [{}],
    ends: ['INVALID_OUTPUT'],
  },
  'a circuit that opens': {
    routes: (p) => [route('default', use(p, breaks('Half'), says('Hi.')), { attempts: 2 })],
    asks: Array.from({ length: 7 }, (_, seed) => ({ what: { ...request, seed } })),
    ends: Array.from({ length: 7 }, () => 'OK'),
  },
  'a hedge': {
    routes: (p) => [route('default', use(p, hangs(), says('Hi.')), { hedge: { afterMs: 1 } })],
    asks: [{ budget: 10_000_000 }],
    ends: ['OK'],
  },
  'a hedge that was not needed': {
    routes: (p) => [route('default', use(p, says('Hi.'), says('Never.')), { hedge: { afterMs: 60_000 } })],
    asks: [{}],
    ends: ['OK'],
  },
  'an unknown route': { routes: (p) => [route('default', use(p, says('Hi.')))], asks: [{ by: { route: 'none' } }], ends: ['BAD_REQUEST'] },
  'a route that is not the caller’s': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    asks: [{ by: { principal: { ...call().principal, routes: ['other'] } } }],
    ends: ['FORBIDDEN'],
  },
  'a prompt that is too long': {
    routes: (p) => [route('default', [deployment(use(p, says('Hi.'))[0] as Double, { contextWindow: 20 })])],
    asks: [{ what: completionRequest('word '.repeat(200)) }],
    ends: ['CONTEXT_TOO_LONG'],
  },
  'a budget that is spent': { routes: (p) => [route('default', use(p, says('Hi.')))], asks: [{ budget: 1 }], ends: ['BUDGET_EXCEEDED'] },
  'a deployment without a price': {
    routes: (p) => [route('default', [deployment(use(p, says('Hi.'))[0] as Double, { price: null })])],
    asks: [{ budget: 1_000 }, {}],
    ends: ['UNPRICED', 'OK'],
  },
  'slots that are taken': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    options: () => ({ limits: slots(0) }),
    asks: [{ by: { principal: { ...call().principal, limits: [{ kind: 'concurrency', name: 'key:a', most: 1 }] } } }],
    ends: ['CONCURRENCY_LIMITED'],
  },
  'a ledger that cannot be written': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    options: () => {
      const ledger = memoryLedger();
      ledger.refuse();
      return { ledger };
    },
    asks: [{}],
    ends: ['MODEL_UNAVAILABLE'],
  },
  'a deadline that has passed': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    asks: [{ by: { deadlineMs: performance.now() - 1 } }],
    ends: ['TIMEOUT'],
  },
  'a time that passes': {
    routes: (p) => [route('default', use(p, hangs('Hello')), { totalMs: 20 })],
    asks: [{ budget: 10_000_000 }],
    ends: ['TIMEOUT'],
  },
  'a client that had left': { routes: (p) => [route('default', use(p, says('Hi.')))], asks: [{ leaves: 'before' }], ends: ['CANCELLED'] },
  'a client that leaves': {
    routes: (p) => [route('default', use(p, hangs('Hello')))],
    asks: [{ leaves: 'meanwhile', budget: 10_000_000 }],
    ends: ['CANCELLED'],
  },
  'a client that leaves a provider that listens to nothing': {
    routes: (p) => [route('default', use(p, ignoresEverything('Hello')))],
    asks: [{ leaves: 'meanwhile', budget: 10_000_000 }],
    ends: ['CANCELLED'],
  },
  'a bug': {
    routes: (p) => [
      route(
        'default',
        use(
          p,
          double('bug', async function* () {
            yield* [];
            throw new TypeError('oops');
          }),
        ),
      ),
    ],
    asks: [{}],
    ends: ['INTERNAL'],
  },
  'a prompt that a guardrail refuses': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    options: () => guarding(noFalcon()),
    asks: [{ what: completionRequest('About the falcon.') }],
    ends: ['GUARDRAIL_BLOCKED'],
  },
  // In its last sentence: one that is refused before its end is stopped there by the stream, and was asked for in full by the other face.
  'an answer that a guardrail refuses': {
    routes: (p) => [route('default', use(p, says('Hello. Here flies the falcon')))],
    options: () => guarding(noFalcon()),
    asks: [{ budget: 10_000_000 }],
    ends: ['GUARDRAIL_BLOCKED'],
  },
  'an answer that a guardrail wants whole': {
    routes: (p) => [route('default', use(p, says('Hello. The falcon flies. Bye.'), says('Fine.')))],
    options: () => guarding(noFalcon('whole')),
    asks: [{ budget: 10_000_000 }],
    ends: ['GUARDRAIL_BLOCKED'],
  },
  'a masked prompt': {
    routes: (p) => [route('default', use(p, says('Dear <EMAIL_1>, yours <EMAIL_9>.')))],
    options: masking,
    asks: [{ what: completionRequest('Write to ada@example.org.') }],
    ends: ['OK'],
  },
  'a structured answer': {
    routes: (p) => [route('default', use(p, says('Sure: {"name":"Ann"}')))],
    options: validating,
    asks: [{ what: asksPerson }],
    ends: ['OK'],
  },
  'a structured answer that is repaired': {
    routes: (p) => [route('default', use(p, saysInTurn('{"name":1}', '{"name":"Ann"}')))],
    options: validating,
    asks: [{ what: asksPerson, budget: 10_000_000 }],
    ends: ['OK'],
  },
  'a structured answer that cannot be repaired': {
    routes: (p) => [route('default', use(p, says('no')))],
    options: validating,
    asks: [{ what: asksPerson, budget: 10_000_000 }],
    ends: ['INVALID_OUTPUT'],
  },
  'a repair for which there is no attempt': {
    routes: (p) => [route('default', use(p, says('no')), { attempts: 1 })],
    options: validating,
    asks: [{ what: asksPerson }],
    ends: ['INVALID_OUTPUT'],
  },
  'a schema that is refused': {
    routes: (p) => [route('default', use(p, says('no')))],
    options: validating,
    asks: [{ what: completionRequest('Who?', { output: { format: 'json', schema: { type: 'strin' } } }) }],
    ends: ['BAD_REQUEST'],
  },
  'an answer that is kept': {
    routes: (p) => kept(...use(p, says('Hi.'))),
    asks: [
      {},
      { budget: 1_000 },
      { by: { cache: { mode: 'refresh', maxAgeSeconds: null } } },
      { by: { cache: { mode: 'bypass', maxAgeSeconds: null } } },
    ],
    ends: ['OK', 'OK', 'OK', 'OK'],
  },
  'vectors that are kept': {
    routes: (p) => kept(...use(p, says(''))),
    asks: [{ what: embeddingRequest('a', 'b') }, { what: embeddingRequest('a', 'b') }],
    ends: ['OK', 'OK'],
  },
  'a part of a fuller answer that is kept': {
    routes: (p) => kept(...use(p, says('{"name":"Ann","age":4}'))),
    options: validating,
    asks: [
      {
        what: completionRequest('Who?', {
          output: {
            format: 'json',
            schema: { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name', 'age'] },
          },
        }),
      },
      { what: asksPerson },
    ],
    ends: ['OK', 'OK'],
  },
  'an answer that is cut is not kept': {
    routes: (p) => kept(...use(p, yields(...words('Hi'), { type: 'finish', reason: 'length' }))),
    asks: [{}, {}],
    ends: ['OK', 'OK'],
  },
  'the same question twice in one operation': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    asks: [{ by: { onceInOperation: true } }, { by: { onceInOperation: true } }],
    ends: ['OK', 'OK'],
  },
  'identical calls at once': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    asks: [{ budget: 10_000_000 }, { budget: 10_000_000 }, {}],
    atOnce: true,
    ends: ['OK', 'OK', 'OK'],
  },
  'identical calls at once, of which the first cannot pay': {
    routes: (p) => [route('default', use(p, says('Hi.')))],
    asks: [{ budget: 1 }, { budget: 10_000_000 }],
    atOnce: true,
    ends: ['BUDGET_EXCEEDED', 'OK'],
  },
  'identical calls at once, of which the first leaves': {
    routes: (p) => [route('default', use(p, yields(...words('Hi.'), stop)))],
    asks: [{ leaves: 'before', budget: 10_000_000 }, { budget: 10_000_000 }],
    atOnce: true,
    ends: ['CANCELLED', 'OK'],
  },
  'identical calls at once that fail': {
    routes: (p) => [route('default', use(p, breaks('Half')), { attempts: 1 })],
    asks: [{}, {}],
    atOnce: true,
    ends: ['MODEL_UNAVAILABLE', 'MODEL_UNAVAILABLE'],
  },
};

/** Remembers the providers of a scenario. */
function use(providers: Double[], ...more: readonly Double[]): readonly Double[] {
  providers.push(...more);
  return more;
}

interface Observed {
  readonly ends: readonly string[];
  readonly answers: readonly (Completion | Readonly<Record<string, unknown>>)[];
  readonly facts: readonly unknown[];
  readonly rows: readonly unknown[];
  readonly spent: readonly number[];
  readonly held: readonly number[];
  readonly asked: readonly number[];
  readonly running: readonly number[];
}

async function observed(face: Face, { routes, options, asks, atOnce = false }: Scenario): Promise<Observed> {
  const providers: Double[] = [];
  const { handle, ledger } = gateway(routes(providers), options?.());
  const operation = { name: null, client: null, documentId: null };
  const made = asks.map(({ what = request, by = {}, budget, leaves }) => {
    const money = account(budget ?? null);
    return { what, leaves, money, asked: call({ hold: money.hold, operation, ...by }) };
  });
  const outcome = async ({ what, asked, leaves }: (typeof made)[number]): Promise<Completion | GatewayError> => {
    if (leaves === 'before') asked.leave();
    const answer = ask(face, handle, what, asked).catch((error: unknown) => error as GatewayError);
    while (leaves === 'meanwhile' && providers.every((provider) => provider.running() === 0)) await setImmediate();
    if (leaves === 'meanwhile') asked.leave();
    return answer;
  };
  const answers: (Completion | GatewayError)[] = [];
  if (atOnce) answers.push(...(await Promise.all(made.map(outcome))));
  else for (const one of made) answers.push(await outcome(one));
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  const places = new Map(made.map(({ asked }, place) => [asked.id, place]));
  return {
    ends: answers.map((answer) => (answer instanceof GatewayError ? answer.code : 'OK')),
    answers: answers.map(shownAnswer),
    facts: made.map(({ asked }) => asked.facts.map(withoutTimes)),
    rows: ledger.rows.map((row) => withoutTimesOfRow(row, places)).sort((a, b) => a.call - b.call),
    spent: made.map(({ money }) => money.spent()),
    held: made.map(({ money }) => money.held()),
    asked: providers.map((provider) => provider.asked.length),
    running: providers.filter(({ name }) => name !== 'ignores').map((provider) => provider.running()),
  };
}

function shownAnswer(answer: Completion | GatewayError): Completion | Readonly<Record<string, unknown>> {
  if (!(answer instanceof GatewayError)) return answer;
  const { code, message, details } = answer;
  return { code, message, details: { ...details, attempts: details.attempts?.map(({ deployment: at, outcome }) => [at, outcome]) } };
}

function withoutTimes(fact: Fact): unknown {
  if (fact.type === 'settled') {
    const { latencyMs: _, timeToFirstTokenMs: __, attempts, ...settlement } = fact.settlement;
    return { ...settlement, type: fact.type, attempts: attempts.map(({ deployment: at, outcome }) => [at, outcome]) };
  }
  if (fact.type === 'cache') return { ...fact, answeredBy: fact.answeredBy === null ? null : withoutTimes(fact.answeredBy) };
  return fact.type === 'attempt' ? { ...fact, latencyMs: 0, timeToFirstTokenMs: 0 } : fact;
}

const withoutTimesOfRow = ({ callId, errorId, tried = [], ...row }: UsageRow, places: ReadonlyMap<string, number>) => ({
  ...row,
  hasErrorId: errorId != null,
  tried: tried.map((attempt) => ({ ...attempt, latencyMs: 0 })),
  call: places.get(callId) ?? -1,
  time: 0,
  latencyMs: 0,
  timeToFirstTokenMs: 0,
});

/** The same scenario where a call has a signal of its own, which its steps may fire. */
const byKey = ({ options, ...scenario }: Scenario): Scenario => ({
  ...scenario,
  options: () => ({ ...options?.(), leases: lastingOfKeys }),
});

/** The same scenario where vendors are asked for whole answers, by either face. */
const askedWhole = ({ routes, ...scenario }: Scenario): Scenario => ({
  ...scenario,
  routes: (providers) =>
    routes(providers).map((one) => {
      const [first, ...others] = one.deployments.map((at): typeof at => ({ ...at, provider: wholly(at.provider as Double) }));
      return { ...one, wholeMode: 'always', deployments: [first ?? expect.unreachable(), ...others] };
    }),
});

type Next = { readonly step: IteratorResult<Said> } | { readonly error: unknown };

/** The same provider, which says in one list all that it has to say by the next turn of the event loop. */
const inLists = (provider: Double): Double => ({
  ...provider,
  async *send(what, options) {
    const source = provider.send(what, options)[Symbol.asyncIterator]();
    const pull = (): Promise<Next> =>
      source.next().then(
        (step) => ({ step }),
        (error: unknown) => ({ error }),
      );
    const list: Said[] = [];
    try {
      for (let coming = pull(); ; ) {
        const next = list.length === 0 ? await coming : await Promise.race([coming, setImmediate(null)]);
        if (next !== null && 'step' in next && next.step.done !== true) {
          list.push(next.step.value);
          coming = pull();
          continue;
        }
        if (list.length > 0) yield list.splice(0).flat();
        if (next === null) continue;
        if ('error' in next) throw next.error;
        return;
      }
    } finally {
      void source.return?.();
    }
  },
});

/** The same scenario where vendors say several chunks at once. */
const saidInLists = ({ routes, ...scenario }: Scenario): Scenario => ({
  ...scenario,
  routes: (providers) =>
    routes(providers).map((one) => {
      const [first, ...others] = one.deployments.map((at): typeof at => ({ ...at, provider: inLists(at.provider as Double) }));
      return { ...one, deployments: [first ?? expect.unreachable(), ...others] };
    }),
});

/** How much has come by the time at which it ends is another amount then. */
const cutInTheMiddle: ReadonlySet<string> = new Set([
  'an answer that is longer than was asked for',
  'a time that passes',
  'a client that leaves',
  'a client that leaves a provider that listens to nothing',
]);

describe('both faces of the pipeline', () => {
  it.each(Object.entries(scenarios))(
    'both faces of the pipeline have one outcome and the same facts in the same order: %s',
    async (_, scenario) => {
      const [stream, whole] = [await observed('stream', scenario), await observed('whole', scenario)];
      expect(stream.ends).toEqual(scenario.ends);
      expect(whole).toEqual(stream);
      expect(whole.held).toEqual(whole.held.map(() => 0));
      expect(whole.running).toEqual(whole.running.map(() => 0));
    },
  );

  // A winner that answers whole has ended when it wins, before the loser it leaves has: the order of the two is then another.
  it.each(Object.entries(scenarios).filter(([name]) => name !== 'a hedge'))(
    'both faces of the pipeline have the same where vendors are asked for whole answers: %s',
    async (_, scenario) => {
      const [stream, whole] = [await observed('stream', askedWhole(scenario)), await observed('whole', askedWhole(scenario))];
      expect(stream.ends).toEqual(scenario.ends);
      expect(whole).toEqual(stream);
    },
  );

  it.each(Object.entries(scenarios).filter(([name]) => !cutInTheMiddle.has(name)))(
    'both faces of the pipeline have the same where vendors say several chunks at once: %s',
    async (_, scenario) => {
      const [apart, together] = [await observed('stream', scenario), await observed('stream', saidInLists(scenario))];
      expect(together).toEqual(apart);
      expect(await observed('whole', saidInLists(scenario))).toEqual(apart);
    },
  );

  it.each(Object.entries(scenarios))('have the same where a call has a signal of its own: %s', async (_, scenario) => {
    const anonymous = await observed('whole', scenario);
    expect(await observed('whole', byKey(scenario))).toEqual(anonymous);
    expect(await observed('stream', byKey(scenario))).toEqual(anonymous);
  });
});
