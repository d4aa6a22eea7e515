/** Resolves `@completion` fields: the entity and the selection become a request, and the answer becomes the field's value. */
import type { GraphQLFieldResolver } from 'graphql';
import { completionOf } from '../../core/call/collect-answer.ts';
import type { Completion } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import { quotedDataRule } from '../../core/request/quote-text.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../core/request/request.ts';
import { estimateInputInTurns, type InputEstimate } from '../../core/request/tokens.ts';
import type { CompletionField } from '../../fields/ai-field.ts';
import { promptName } from '../../fields/prompt-templates.ts';
import { type Asked, askedFor } from '../../fields/selection.ts';
import { render } from '../../fields/template.ts';
import type { OperationContext } from '../../operations/context.ts';
import { type AskingField, joinableCallFor } from '../../operations/field-call.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import { askingField } from '../call/asker.ts';
import { inFieldTurn } from '../call/field-turns.ts';
import { entityCeiling } from '../quote/quote-rules.ts';
import type { Services } from '../services.ts';
import { beginCall, joinCall } from './in-one-call.ts';
import { askTogether, callsAtOnce, runBounded } from './together.ts';

interface Use {
  readonly request: CompletionRequest;
  readonly asked: Asked;
  readonly by: AskingField;
}

interface Measured {
  readonly request: CompletionRequest;
  readonly inputTokens: number;
}

export function completionResolver(
  field: CompletionField,
  services: Services,
): GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>> {
  return async (entity, args, context, info) => {
    const asked = askedFor(info.returnType, field.select === 'DECLARED' ? null : info.fieldNodes, info);
    const { request } = await inFieldTurn(context.usage, args, () => measured(requestFor(field, args, entity, asked)));
    checkLength(request, chooseRoute(services.routes(), context.principal, field.route, 'completion'));
    return askTogether<Use, unknown>(context, field.coordinate, (uses) => answersTo(uses, field, services, context)).load({
      request,
      asked,
      by: askingField(services, info),
    });
  };
}

function measured(request: CompletionRequest): Measured | Promise<Measured> {
  const estimate = estimateInputInTurns(request);
  const of = ({ total }: InputEstimate): Measured => ({ request, inputTokens: total });
  return estimate instanceof Promise ? estimate.then(of) : of(estimate);
}

/** The request that the field makes for an entity. Equal texts give equal requests. */
function requestFor(field: CompletionField, args: Readonly<Record<string, unknown>>, entity: unknown, asked: Asked): CompletionRequest {
  const prompt = render(field.prompt, args, entity);
  const system = field.system === null ? '' : render(field.system, args, entity);
  const rules = [
    system,
    prompt.includes('<data ') || system.includes('<data ') ? quotedDataRule : '',
    asked.format === 'json' ? jsonRule : '',
  ]
    .filter((rule) => rule !== '')
    .join('\n');
  const messages: Message[] = [
    ...(rules === '' ? [] : [{ role: 'system' as const, content: [{ type: 'text' as const, text: rules }] }]),
    { role: 'user', content: [{ type: 'text', text: prompt }] },
  ];
  return completionRequest(messages, {
    maxInputTokens: field.maxInputTokens,
    maxOutputTokens: field.maxOutputTokens,
    temperature: field.temperature,
    output: asked.format === 'json' ? { format: 'json', schema: asked.schema } : { format: 'text' },
  });
}

const jsonRule =
  'Answer with JSON of the given schema. Its descriptions say what is meant. Where the material says nothing of a value, it is null.';

/** Equal requests are one call, whose cost is shared among the fields that made it. */
async function answersTo(
  uses: readonly Use[],
  field: CompletionField,
  services: Services,
  context: OperationContext,
): Promise<(unknown | Error)[]> {
  const groups = [...Map.groupBy(uses, ({ request }) => canonicalJson(request)).values()];
  const answers = await runBounded(
    context,
    field.coordinate,
    callsAtOnce,
    groups.map((group) => () => answerTo(group, field, services, context)),
  );
  const byUse = new Map(groups.flatMap((group, index) => group.map((use) => [use, answers[index]] as const)));
  return uses.map((use) => byUse.get(use));
}

async function answerTo(group: readonly Use[], field: CompletionField, services: Services, context: OperationContext): Promise<unknown> {
  const [first, ...others] = group;
  if (first === undefined) return null;
  const completion = await answerOf(first.request, [first, ...others], field, services, context);
  if (first.asked.format === 'json') return first.asked.valueOf(completion.object);
  if (completion.finishReason === 'content-filter') {
    throw new GatewayError(
      'GUARDRAIL_BLOCKED',
      `${field.coordinate}: the model's vendor withheld the answer. Another text may be answered.`,
    );
  }
  return completion.text;
}

/** Joins the call of the operation that asks the same, or makes a call. */
function answerOf(
  request: CompletionRequest,
  group: readonly [Use, ...Use[]],
  field: CompletionField,
  services: Services,
  context: OperationContext,
): Promise<Completion> {
  const askers = group.map(({ by }) => ({ field: by, weight: 1 }));
  const { route } = field;
  const name = `${route} ${canonicalJson(request)}`;
  const answer = joinCall<Completion>(context, name, askers);
  if (answer !== null) return answer;
  const { call, join } = joinableCallFor(
    { services, context, field: group[0].by },
    {
      route,
      cache: { mode: 'default', maxAgeSeconds: null },
      tags: field.promptId === null ? {} : { prompt: promptName(field.promptId, field.promptVersion) },
      signal: context.signal,
      askers,
      onceInOperation: true,
      reserved: entityCeiling(field, services).cost ?? 0,
    },
  );
  return beginCall(context, name, { join, answer: services.handle.whole(request, call).then(completionOf) });
}
