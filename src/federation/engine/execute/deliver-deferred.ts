/**
 * Delivers a response with `@defer` in parts: first what is not deferred, as soon as its steps are done; then each deferred fragment of each
 * object, when its steps are done. Parts that are ready at the same time are sent together.
 */
import { type DirectiveNode, type ExecutionResult, type GraphQLError, OperationTypeNode } from 'graphql';
import { completePart, type PendingPart, pathOf } from './complete-response.ts';
import type { ResponseShape } from './response-shape.ts';
import { startSteps } from './run-plan.ts';
import { completed, type Running, runFields } from './running-operation.ts';
import type { Execution } from './subgraph-call.ts';

/** The format of incremental delivery of 2022, which clients read. */
interface Increment {
  readonly data: Record<string, unknown> | null;
  readonly path: readonly (string | number)[];
  readonly label?: string;
  readonly errors?: readonly GraphQLError[];
}

/** `under`: the `@defer` at the root that contains the part, when that is requested separately. */
type WaitFor = (shape: ResponseShape, under: DirectiveNode | null) => Promise<unknown>;

export async function* deliverDeferred(running: Running, execution: Execution, shape: ResponseShape): AsyncGenerator<ExecutionResult> {
  const { prepared, operation } = running;
  const isMutation = operation.operation.operation === OperationTypeNode.MUTATION;
  const waitFor: WaitFor = isMutation ? () => Promise.resolve() : startParts(running, execution);
  if (isMutation) await runFields(running, execution);
  await waitFor(shape, null);
  const pending: PendingPart[] = [];
  const first = await completed(running, execution, pending);
  yield { ...first, hasNext: pending.length > 0 } as ExecutionResult;

  const ready: Increment[] = [];
  let open = 0;
  let failure: { readonly error: unknown } | null = null;
  let news = Promise.withResolvers<void>();
  const isAskedAlone = (directive: DirectiveNode): boolean => prepared.parts.some(({ deferred }) => deferred === directive);

  const follow = (parts: readonly PendingPart[], outer: DirectiveNode | null): void => {
    for (const part of parts) {
      const { directive } = part.part;
      open += 1;
      void deliver(part, outer ?? (isAskedAlone(directive) ? directive : null));
    }
  };
  const deliver = async ({ part, data, typeName, place }: PendingPart, under: DirectiveNode | null): Promise<void> => {
    try {
      await waitFor(part.shape, under);
      const errors: GraphQLError[] = [];
      const inner: PendingPart[] = [];
      const completion = { schema: running.options.schemas.client, denied: running.denied, errors, pending: inner, introspected: null };
      const made = completePart(completion, part.shape, typeName, data, place);
      ready.push({
        data: made,
        path: pathOf(place),
        ...(part.label === null ? {} : { label: part.label }),
        ...(errors.length === 0 ? {} : { errors }),
      });
      follow(inner, under);
    } catch (error) {
      failure ??= { error };
    } finally {
      open -= 1;
      news.resolve();
    }
  };

  follow(pending, null);
  while (open > 0 || ready.length > 0) {
    if (ready.length === 0) await news.promise;
    news = Promise.withResolvers();
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    if (ready.length > 0) yield { incremental: ready.splice(0), hasNext: open > 0 } as ExecutionResult;
  }
}

function startParts({ prepared, signal }: Running, execution: Execution): WaitFor {
  const started = new Map(
    prepared.parts.map((part) => {
      const running = startSteps(execution, part, signal);
      for (const step of running) step.catch(() => {});
      return [part.deferred, running.map((done, index) => ({ done, gives: part.steps[index]?.gives ?? new Set<string>() }))] as const;
    }),
  );
  return (shape, under) => {
    const steps = started.get(under) ?? [];
    if (under !== null) return Promise.all(steps.map(({ done }) => done));
    const { keys } = shape.below();
    return Promise.all(steps.flatMap(({ done, gives }) => ([...gives].some((key) => keys.has(key)) ? [done] : [])));
  };
}
