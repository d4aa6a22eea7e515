/** Texts that fields of one operation want as vectors go out as one batch, and its cost is shared by length among the fields. */
import type { GraphQLResolveInfo } from 'graphql';
import { collect } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { callFor } from '../call.ts';
import type { OperationContext } from '../context.ts';
import type { Services } from '../services.ts';
import { bounded, together } from './together.ts';

interface Use {
  readonly text: string;
  readonly info: GraphQLResolveInfo;
}

/** Texts in one batch: Gemini takes 100, the smallest maximum among the vendors' documented ones but Cohere's 96. */
const mostTexts = 96;

/** The vector of the text, for the field of `info`. */
export function vectorFor(use: Use, route: string, services: Services, context: OperationContext): Promise<Float32Array> {
  const name = `${use.info.parentType.name}.${use.info.fieldName} ${route}`;
  return together<Use, Float32Array>(context, name, (uses) => vectorsOf(uses, route, services, context)).load(use);
}

async function vectorsOf(
  uses: readonly Use[],
  route: string,
  services: Services,
  context: OperationContext,
): Promise<(Float32Array | Error)[]> {
  const byText = [...Map.groupBy(uses, ({ text }) => text)];
  const batches = Array.from({ length: Math.ceil(byText.length / mostTexts) }, (_, index) =>
    byText.slice(index * mostTexts, (index + 1) * mostTexts),
  );
  const answers = await bounded(
    2,
    batches.map((batch) => () => embedded(batch, route, services, context)),
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
  route: string,
  services: Services,
  context: OperationContext,
): Promise<readonly Float32Array[]> {
  const [first] = batch[0]?.[1] ?? [];
  if (first === undefined) return [];
  const askers = batch.flatMap(([text, uses]) => uses.map(({ info }) => ({ info, weight: text.length / uses.length })));
  const call = callFor(
    { services, context, info: first.info },
    { route, cache: { mode: 'default', maxAgeSeconds: null }, tags: {}, signal: context.signal, askers },
  );
  const { vectors } = await collect(services.handle({ kind: 'embedding', texts: batch.map(([text]) => text), dimensions: null }, call));
  return vectors;
}
