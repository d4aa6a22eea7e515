/**
 * Runs the code of a whole call before the first caller does: a gateway of its own, with stores in memory, is asked over HTTP, and
 * a server of this process plays its vendor.
 *
 * Code is compiled while it runs for the first times, so the first calls of a process take many times as long as later ones. The
 * other gateway shares its code with the one that serves, and nothing else: no row, budget, metric, log line or vendor. What it
 * leaves in memory is collected before the first caller comes: an idle process would keep it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defineConfig, type GatewayConfig } from '../config/config.ts';
import { createGateway } from '../gateway.ts';
import { sharedHttpClient } from '../outbound/http-client.ts';
import { readBody } from '../outbound/read-body.ts';
import { patternGuard } from '../pipeline/guard/pattern-guard.ts';
import { openaiCompatibleProvider } from '../providers/openai-compatible.ts';
import { silentLog } from '../telemetry/log.ts';

const here = '127.0.0.1';
/** Number of questions after which the second call is cheap: see `npm run bench -- gateway first`. */
const enoughQuestions = 150;
/** Maximum time of all questions together: a slow machine serves before it is warm. */
const usualMaxMs = 3_000;
const maxAnswerBytes = 100_000;
const proof = '"__typename":"Completion"';

export interface WarmUpOptions {
  /** Calls will be masked: what knows telephone numbers takes 19 MB, so it is not loaded where nobody needs it. */
  readonly masks?: boolean;
  /** Answers will be checked against schemas: the reader of schemas takes some megabytes. */
  readonly checks?: boolean;
  readonly questions?: number;
  readonly maxMs?: number;
}

/**
 * Calls of a function after which its fastest code is made. V8 waits for 3,000, and begins to count anew whenever the function meets
 * something new: a function that is called once a request was then slow for the first 20,000 requests of a process.
 */
const callsBeforeOptimizing = 200;

/** For the whole process. An engine that does not know the option waits as it always does. */
export function optimizeEarly(): void {
  setFlagsFromString(`--invocation-count-for-turbofan=${callsBeforeOptimizing}`);
}

/** The warm-up of a gateway with this configuration: what is imported with its first use, and will be used, is imported before. */
export const warmUpFor =
  ({ maskPersonalData = [], graph = {} }: GatewayConfig) =>
  (signal: AbortSignal): Promise<boolean> =>
    warmUp(signal, { masks: maskPersonalData.length > 0, checks: (graph.fields ?? []).length > 0 });

/** Whether all questions were answered in time. Never rejects: without it, the first callers wait for the compiler. */
export async function warmUp(
  signal: AbortSignal,
  { questions = enoughQuestions, maxMs = usualMaxMs, masks = false, checks = false }: WarmUpOptions = {},
): Promise<boolean> {
  try {
    if (checks) await import('../pipeline/validate/schema/schema-reader.ts');
    return await askItself(questions, masks, AbortSignal.any([signal, AbortSignal.timeout(maxMs)]));
  } catch {
    return false;
  } finally {
    await collectGarbage().catch(() => {});
  }
}

/**
 * By the engine's own `gc`, which a context has that is made while the flag stands: all that can be freed, given back to the system.
 *
 * It runs in a callback of nextTick. V8 forgets the shapes of which no object is left, and code that makes such objects by computed names
 * is slow from then on: collected between two callbacks, nextTick itself took three times as long for good, and a request has six to eight.
 */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;
  setFlagsFromString('--no-expose-gc');
  await new Promise<void>((resolve) => {
    process.nextTick(() => {
      gc({ type: 'major', flavor: 'last-resort' });
      resolve();
    });
  });
}

async function askItself(questions: number, masks: boolean, signal: AbortSignal): Promise<boolean> {
  const vendor = await listening(createServer(answerAsVendor));
  try {
    const gateway = await createGateway(warmUpConfig(vendor.url, masks), { folder: '.', loopback: true, log: silentLog });
    try {
      const { url } = await gateway.listen({ host: here, port: 0 });
      const headers = { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${gateway.developmentKey}` };
      for (let question = 0; question < questions; question += 1) {
        const body = JSON.stringify({ query: document, variables: { input: inputOf(question) } });
        const { body: answer } = await sharedHttpClient().send(`${url}/graphql`, { method: 'POST', headers, body, signal });
        if (!(await readBody(answer, maxAnswerBytes)).includes(proof)) return false;
      }
      return true;
    } finally {
      await gateway.close();
    }
  } finally {
    await vendor.close();
  }
}

const document = /* GraphQL */ `query WarmUp($input: CompletionInput!) {
  completion(input: $input) {
    __typename
    ... on Completion { text finishReason usage { totalTokens } }
    ... on Failure { code message }
  }
}`;

/** Each question twice, one after the other: the second is answered from the cache. */
const inputOf = (question: number) => ({ prompt: { text: `How warm is it, for the ${'n'.repeat(1 + (question >> 1))}th time?` } });

function warmUpConfig(vendorUrl: string, masks: boolean): GatewayConfig {
  return defineConfig({
    providers: { vendor: openaiCompatibleProvider({ name: 'vendor', baseUrl: vendorUrl }) },
    deployments: { warm: { provider: 'vendor', model: 'warm', price: { input: 1, output: 1 }, contextWindow: 8_192 } },
    routes: { default: { deployments: ['warm'], cacheSeconds: 60 } },
    ...(masks ? { maskPersonalData: '*' } : {}),
    guardrails: [{ guardrail: patternGuard({ name: 'cold', patterns: ['\\bcold\\b'], message: 'It is warm.' }), routes: '*' }],
    storage: { folder: null },
    server: { development: true, drainMs: 0 },
  });
}

const vendorAnswer = JSON.stringify({
  id: 'warm',
  object: 'chat.completion',
  created: 0,
  model: 'warm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'It is as warm as it was. '.repeat(20) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 120, total_tokens: 130 },
});

function answerAsVendor(request: IncomingMessage, response: ServerResponse): void {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(vendorAnswer));
}

async function listening(server: Server): Promise<{ readonly url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, here, resolve));
  return {
    url: `http://${here}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
