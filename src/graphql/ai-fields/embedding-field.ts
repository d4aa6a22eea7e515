/** An operator's `@embedding` field: the texts of all entities of the operation go out as one batch. */
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { collect } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { estimateTokens } from '../../core/tokens.ts';
import type { EmbeddingField } from '../../fields/ai-field.ts';
import { renderPlain } from '../../fields/template.ts';
import { callFor, routeFor } from '../call.ts';
import type { OperationContext } from '../context.ts';
import { encodedVector } from '../scalars.ts';
import type { Services } from '../services.ts';
import { bounded, together } from './together.ts';

interface Use {
  readonly text: string;
  readonly info: GraphQLResolveInfo;
}

/** Texts in one batch: Gemini takes 100, the smallest maximum among the vendors' documented ones but Cohere's 96. */
const mostTexts = 96;

export function embeddingResolver(
  field: EmbeddingField,
  services: Services,
): GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>> {
  return async (entity, args, context, info) => {
    routeFor(services, context.principal, field.route, 'embedding');
    const text = renderPlain(field.text, args, entity);
    if (text.trim() === '') return null;
    const tokens = estimateTokens(text);
    if (tokens > field.maxInputTokens) {
      throw new GatewayError(
        'CONTEXT_TOO_LONG',
        `${field.coordinate}: the text is about ${tokens} tokens long, and maxInputTokens allows ${field.maxInputTokens}.`,
      );
    }
    const vector = await together<Use, Float32Array>(context, field.coordinate, (uses) => vectorsOf(uses, field, services, context)).load({
      text,
      info,
    });
    return encodedVector(vector);
  };
}

async function vectorsOf(
  uses: readonly Use[],
  field: EmbeddingField,
  services: Services,
  context: OperationContext,
): Promise<(Float32Array | Error)[]> {
  const byText = [...Map.groupBy(uses, ({ text }) => text)];
  const batches = Array.from({ length: Math.ceil(byText.length / mostTexts) }, (_, index) =>
    byText.slice(index * mostTexts, (index + 1) * mostTexts),
  );
  const answers = await bounded(
    2,
    batches.map((batch) => () => embedded(batch, field, services, context)),
  );
  const vectors = new Map<string, Float32Array | Error>();
  for (const [index, batch] of batches.entries()) {
    const answer = answers[index];
    for (const [at, [text]] of batch.entries()) {
      vectors.set(
        text,
        answer instanceof Error ? answer : (answer?.[at] ?? new GatewayError('INTERNAL', 'The model gave fewer vectors than texts.')),
      );
    }
  }
  return uses.map(({ text }) => vectors.get(text) ?? new GatewayError('INTERNAL', 'The model gave fewer vectors than texts.'));
}

/** One call for the batch; its cost is shared by length among the fields. */
async function embedded(
  batch: readonly (readonly [string, readonly Use[]])[],
  field: EmbeddingField,
  services: Services,
  context: OperationContext,
): Promise<readonly Float32Array[]> {
  const [first] = batch[0]?.[1] ?? [];
  if (first === undefined) return [];
  const askers = batch.flatMap(([text, uses]) => uses.map(({ info }) => ({ info, weight: text.length / uses.length })));
  const call = callFor(
    { services, context, info: first.info },
    { route: field.route, cache: { mode: 'default', maxAgeSeconds: null }, tags: {}, signal: context.signal, askers },
  );
  const { vectors } = await collect(services.handle({ kind: 'embedding', texts: batch.map(([text]) => text), dimensions: null }, call));
  return vectors;
}
