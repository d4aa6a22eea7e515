/** Embeds the texts of several fields of one operation as one batch, and divides its cost among the fields by length. */
import { completionOf } from '../../core/call/collect-answer.ts';
import { GatewayError } from '../../core/errors.ts';
import type { NanoUsd } from '../../core/money.ts';
import type { OperationContext } from '../../operations/context.ts';
import { type Asking, type AskingField, joinableCallFor } from '../../operations/field-call.ts';
import type { Services } from '../services.ts';
import { beginCall, joinCall } from './in-one-call.ts';
import { askTogether, runBounded } from './together.ts';

interface Use {
  readonly text: string;
  readonly by: AskingField;
  /** What the operation has reserved for the field, in nano-USD. */
  readonly reserved: NanoUsd;
}

/** Texts in one batch. Gemini takes 100, which is the smallest documented maximum of the vendors but Cohere's 96. */
const maxTexts = 96;
/** Maximum number of batches of one route that an operation has under way at a time. */
const batchesAtOnce = 2;

/** Embeds the text. Its cost is booked on the field that asks. */
export function vectorFor(use: Use, route: string, services: Services, context: OperationContext): Promise<Float32Array> {
  const name = `${use.by.coordinate} ${route}`;
  return askTogether<Use, Float32Array>(context, name, (uses) => vectorsOf(uses, route, services, context)).load(use);
}

async function vectorsOf(
  uses: readonly Use[],
  route: string,
  services: Services,
  context: OperationContext,
): Promise<(Float32Array | Error)[]> {
  const wanted = [...Map.groupBy(uses, ({ text }) => text)].map(([text, of]): Wanted => {
    const askers = of.map(({ by }) => ({ field: by, weight: text.length / of.length }));
    const reserved = of.reduce((sum, use) => sum + use.reserved, 0);
    return { text, askers, reserved, vector: joinCall<Float32Array>(context, nameOf(route, text), askers) };
  });
  const fresh = wanted.filter(({ vector }) => vector === null);
  const batches = Array.from({ length: Math.ceil(fresh.length / maxTexts) }, (_, index) =>
    fresh.slice(index * maxTexts, (index + 1) * maxTexts),
  );
  const answers = await runBounded(
    context,
    `vectors of ${route}`,
    batchesAtOnce,
    batches.map((batch) => () => embedded(batch, route, services, context)),
  );
  const vectors = new Map<string, Float32Array | Error>();
  for (const [index, batch] of batches.entries()) {
    const answer = answers[index];
    for (const [at, { text }] of batch.entries()) {
      vectors.set(text, answer instanceof Error ? answer : (answer?.[at] ?? tooFew()));
    }
  }
  for (const { text, vector } of wanted) if (vector !== null) vectors.set(text, await vector.catch((error: Error) => error));
  return uses.map(({ text }) => vectors.get(text) ?? tooFew());
}

interface Wanted {
  readonly text: string;
  readonly askers: readonly Asking[];
  readonly reserved: NanoUsd;
  /** Null when no field of the operation waits for it any more. */
  readonly vector: Promise<Float32Array> | null;
}

const nameOf = (route: string, text: string): string => `${route} vector of ${text}`;
const tooFew = (): GatewayError => new GatewayError('INTERNAL', 'The model gave fewer vectors than texts.');

/** Makes one call for the batch. The cost is shared among the fields by the length of their texts. */
async function embedded(
  batch: readonly Wanted[],
  route: string,
  services: Services,
  context: OperationContext,
): Promise<readonly Float32Array[]> {
  const askers = batch.flatMap((wanted) => wanted.askers);
  const [first] = askers;
  if (first === undefined) return [];
  const { call, join } = joinableCallFor(
    { services, context, field: first.field },
    {
      route,
      cache: { mode: 'default', maxAgeSeconds: null },
      tags: {},
      signal: context.signal,
      askers,
      reserved: batch.reduce((sum, { reserved }) => sum + reserved, 0) / askers.length,
    },
  );
  const asked = { kind: 'embedding', texts: batch.map(({ text }) => text), dimensions: null } as const;
  const answer = services.handle.whole(asked, call).then(completionOf);
  for (const [index, { text }] of batch.entries()) {
    const vector = answer.then(({ vectors }) => {
      const found = vectors[index];
      if (found === undefined) throw tooFew();
      return found;
    });
    void beginCall(context, nameOf(route, text), { join, answer: vector });
  }
  return (await answer).vectors;
}
