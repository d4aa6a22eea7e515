/**
 * What each error code means to people: its cause, and what helps. `npm run codegen` writes it to `schema/ERRORS.md`, beside the
 * status and the retryability of the error table; `npm run check` fails when that page is stale.
 */
import { type ErrorCode, errorTable } from './errors.ts';

export interface ErrorMeaning {
  /** When the gateway answers with the code. */
  readonly cause: string;
  /** The remedy for clients. */
  readonly caller: string;
  /** The remedy for operators, where there is one. */
  readonly operator?: string;
}

export const errorReference: Readonly<Record<ErrorCode, ErrorMeaning>> = {
  UNAUTHENTICATED: {
    cause:
      'The request has no key where one is needed, or a key that is not known, was revoked, or has expired. A key that ends while work runs for it ends that work with this code.',
    caller: 'Send `Authorization: Bearer fg_…` with a key in force. Ask the operator for a new key when yours has ended.',
    operator: 'Make a key with `fieldgate keys create`, or with `Mutation.createAiKey`.',
  },
  FORBIDDEN: {
    cause: 'The key is in force and lacks a scope, a route or a collection. The message names it.',
    caller: 'Use what the message offers, or ask for a key that has more.',
    operator: 'Make a key with the scope or the route. Add the team to `readers` or `writers` of the collection.',
  },
  BAD_REQUEST: {
    cause:
      'The request is not valid: its syntax, its fields, its variables, an input, a cursor. The message says what would have been accepted.',
    caller: 'Correct the request. The same request fails again.',
  },
  DOCUMENT_NOT_TRUSTED: {
    cause: 'The gateway takes trusted documents only, and the document or its id is not one of them. No document was run.',
    caller: 'Send a document of your build as it was listed, or its id where the gateway takes ids only.',
    operator:
      'Add the list of the new build to `graph.trustedDocuments.files` before the build is served, or give the key the scope `ai:freeform`.',
  },
  COST_LIMIT_EXCEEDED: {
    cause:
      'The operation could cost more than one operation may, or its lists could have more objects than one operation may gather. The message names the most expensive field.',
    caller:
      'Ask for fewer objects, for fewer AI fields, or with smaller limits on input and output. `Query.aiQuote` says what an operation can cost.',
    operator: 'Raise the limit of cost or of objects in `graph`, or declare list sizes with `@listSize`.',
  },
  DEPTH_LIMIT_EXCEEDED: {
    cause: 'The document selects deeper, or nests its brackets deeper, than the gateway accepts. Fragments count as expanded.',
    caller: 'Split the operation.',
    operator: 'Raise `server.limits.maxDepth` or `server.limits.maxNesting`.',
  },
  BUDGET_EXCEEDED: {
    cause:
      'A budget of the key, of the key that made it, of the user, the team, the organisation or the field has less left than the request could cost at most, or a session has used what it may (money, tokens, operations, calls). Nothing was sent to a model.',
    caller: 'Ask for less, or wait `retryAfterMs`: the budget then begins anew. `Query.aiViewer` shows budgets and quotas.',
    operator: 'Raise the budget that the message names, or `session` of the team.',
  },
  RATE_LIMITED: {
    cause:
      'Too many operations, model calls or tokens in a minute, for the key, the team or the address; too many sources in the queue of ingestion; or a provider that limits the gateway.',
    caller: 'Wait `retryAfterMs`, then send the request again.',
    operator: 'Raise `requestsPerMinute`, `callsPerMinute` or `tokensPerMinute`, or add deployments to the route.',
  },
  CONCURRENCY_LIMITED: {
    cause: 'Too many calls, operations, connections or WebSockets at the same time.',
    caller: 'Wait until one of yours has ended, then send the request again.',
    operator: 'Raise `concurrency` of the team, or the limit in `server.limits` that the message names.',
  },
  GUARDRAIL_BLOCKED: {
    cause:
      'A guardrail, or the vendor’s own filter, refused the prompt or the answer; or personal data stands where it cannot be masked. A guardrail that cannot run refuses too.',
    caller: 'Change the text that the message names. The same request fails again.',
    operator: 'Look at the guardrail that the failure names. The log has its error when it could not run.',
  },
  CONTEXT_TOO_LONG: {
    cause: 'The input is longer than `maxInputTokens` allows, or than the models of the route can read. Nothing was sent.',
    caller: 'Shorten the input, raise `maxInputTokens`, or use a route with a larger context window.',
    operator: 'Add a deployment with a larger context window to the route.',
  },
  MODEL_UNAVAILABLE: {
    cause:
      'No deployment of the route could answer: each failed, rests after failures, or is not reachable. Also: the gateway is being stopped, or was stopped before the answer was complete; or its own database cannot be read or written, which the message says.',
    caller: 'Send the request again later, after `retryAfterMs` where it is given. `attempts` of the failure says what was tried.',
    operator:
      'Look for the `errorId` in the log: the cause stands beside it. `Query.aiRoutes` shows which deployments are healthy, `/health/ready` what is the matter with the database.',
  },
  SUBGRAPH_UNAVAILABLE: {
    cause:
      'Another team’s subgraph did not answer, did not answer in GraphQL, or gave a value that its schema does not allow. Fields that do not depend on it have their values.',
    caller: 'Send the request again later.',
    operator: 'Look at the subgraph that the message names.',
  },
  INVALID_OUTPUT: {
    cause:
      'The model’s answer does not meet the JSON Schema or the type of the field, also after one repair. `issues` of the failure names each place.',
    caller: 'Send the request again. A simpler schema, or a larger `maxOutputTokens`, succeeds more often.',
    operator: 'Use a model with structured output on the route.',
  },
  TIMEOUT: {
    cause: 'The time of the route, or of the request, passed before the answer was complete.',
    caller: 'Ask for a shorter answer, or send the request again.',
    operator: 'Raise `totalMs` of the route.',
  },
  STREAM_STALLED: {
    cause:
      'The model did not begin to speak, or paused for too long. Also: an answer that several callers share was read too slowly to be kept.',
    caller: 'Send the request again.',
    operator: 'Raise `firstChunkMs` or `idleMs` of the route, or add a deployment that the route falls back to.',
  },
  CANCELLED: {
    cause: 'Its owner cancelled it, or the client left before the answer was complete. What was produced is billed.',
    caller: 'Nothing, if it was meant. Otherwise send the request again; where the last reader left, `retryable` is true.',
  },
  RESUME_EXPIRED: {
    cause: 'The completion, or its events behind the cursor, are no longer kept, or never were those of this principal.',
    caller: 'Read `Query.completionById`, follow the completion from its first event, or start a new one.',
  },
  IDEMPOTENCY_CONFLICT: {
    cause: 'The idempotency key was used with another input in the last 24 hours.',
    caller: 'Use a new key for a new input.',
  },
  UNPRICED: {
    cause: 'A budget applies, and the price of the model is not known, so nobody can say what the call may cost.',
    caller: 'Use another route, or ask the operator for a price.',
    operator: 'Give the deployment a `price`.',
  },
  INTERNAL: {
    cause: 'A fault of the gateway itself.',
    caller: 'Tell the operator the `errorId`.',
    operator: 'Look for the `errorId` in the log: the cause stands beside it. Report it to the authors of Fieldgate.',
  },
};

const head = `# Error codes

<!-- Written by \`npm run codegen\` from src/core/errors.ts and src/core/error-reference.ts. Do not edit it here. -->

An error has \`extensions { code, errorId, retryable, retryAfterMs }\`. A failure as data (\`Failure\` in result unions and in streams) has the same as
fields. "As data" says whether \`FailureCode\` names the code; any other is \`OTHER\` there.

- **HTTP status** is that of a request that is refused before it runs. A request that runs has 200, whatever its fields say. So has an invalid
  document that is answered as \`application/json\`, and a refusal inside a stream: see [PROTOCOL.md](PROTOCOL.md).
- **Retryable** is the default. The field \`retryable\` of the error decides, because one failure of a code may differ from the others.
- **errorId** names one line of the gateway's log, with the cause beside it.
`;

/** The page as Markdown; `asData`: codes that the schema's FailureCode names. */
export function errorPage(asData: readonly string[]): string {
  const codes = Object.keys(errorTable) as readonly ErrorCode[];
  const rows = codes.map((code) => {
    const { status, retryable } = errorTable[code];
    return `| [${code}](#${code.toLowerCase()}) | ${status} | ${yesOrNo(retryable)} | ${yesOrNo(asData.includes(code))} |`;
  });
  const sections = codes.map((code) => {
    const { cause, caller, operator } = errorReference[code];
    const { status, retryable } = errorTable[code];
    const lines = [
      `- Status: ${status}. Retryable: ${yesOrNo(retryable)}.`,
      `- Cause: ${cause}`,
      `- What the caller does: ${caller}`,
      ...(operator === undefined ? [] : [`- What the operator does: ${operator}`]),
    ];
    return `\n## ${code}\n\n${lines.join('\n')}\n`;
  });
  return `${head}\n| code | HTTP status | retryable | as data |\n|---|---|---|---|\n${rows.join('\n')}\n${sections.join('')}`;
}

const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');
