/**
 * Finds the cursor of each event of a subscription, also when the client did not select it.
 *
 * Source events carry a `cursor`. Results made from them are remembered with it, so that SSE can send it as `id:`. When the
 * source is another server's result, only the selected fields are available; the selected field named `cursor` is then used,
 * under whatever alias.
 */
import {
  createSourceEventStream,
  type DefinitionNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isAsyncIterable, mapStream } from '../../core/stream.ts';
import type { AnswerFlat } from './flat-events.ts';

const cursors = new WeakMap<object, string>();

export const cursorOf = (result: object): string | null => cursors.get(result) ?? null;

/** Remembers that `to` was made from `from`. */
export function keepCursor<T extends object>(from: object, to: T): T {
  const cursor = cursors.get(from);
  if (cursor !== undefined) cursors.set(to, cursor);
  return to;
}

/** Subscribes as graphql-js does, with one execution per source event; `flat` answers those that need none. */
export async function subscribeWithCursors(
  args: ExecutionArgs,
  flat: AnswerFlat | null = null,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!isAsyncIterable(source)) return source;
  const keys = cursorKeys(args);
  const withCursor = (event: unknown, result: ExecutionResult): ExecutionResult => {
    const cursor = cursorIn(event) ?? cursorIn(at(event, keys.field)) ?? textAt(at(result.data, keys.response), keys.cursor);
    if (cursor !== null) cursors.set(result, cursor);
    return result;
  };
  const executed = async (event: unknown): Promise<ExecutionResult> => withCursor(event, await execute({ ...args, rootValue: event }));
  return mapStream(source, (event: unknown) => {
    const result = flat?.(event) ?? null;
    return result === null ? executed(event) : withCursor(event, result);
  });
}

/** Events that an engine made. Their cursor is known only where the client selected it. */
export function withCursors(events: AsyncIterable<ExecutionResult>, args: ExecutionArgs): AsyncIterableIterator<ExecutionResult> {
  const keys = cursorKeys(args);
  return mapStream(events, (result) => {
    const cursor = textAt(at(result.data, keys.response), keys.cursor);
    if (cursor !== null) cursors.set(result, cursor);
    return result;
  });
}

const at = (value: unknown, key: string | null): unknown =>
  key !== null && typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

function textAt(value: unknown, key: string | null): string | null {
  const found = at(value, key);
  return typeof found === 'string' ? found : null;
}

const cursorIn = (event: unknown): string | null => textAt(event, 'cursor');

interface CursorKeys {
  readonly field: string | null;
  readonly response: string | null;
  readonly cursor: string | null;
}

function cursorKeys({ document, operationName }: ExecutionArgs): CursorKeys {
  const root = firstField(document, getOperationAST(document, operationName)?.selectionSet, () => true);
  const cursor = firstField(document, root?.selectionSet, (name) => name === 'cursor');
  return { field: root?.name.value ?? null, response: keyOf(root), cursor: keyOf(cursor) };
}

const isFragment =
  (name: string) =>
  (one: DefinitionNode): one is FragmentDefinitionNode =>
    one.kind === 'FragmentDefinition' && one.name.value === name;

const keyOf = (field: FieldNode | null): string | null => (field === null ? null : (field.alias ?? field.name).value);

/**
 * The fields of this level, through its fragments. Each fragment is entered once: fragments that spread others twice have exponentially
 * many paths.
 */
function firstField({ definitions }: DocumentNode, set: SelectionSetNode | undefined, wanted: (name: string) => boolean): FieldNode | null {
  const entered = new Set<string>();
  const search = (selections: readonly SelectionNode[]): FieldNode | null => {
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        if (wanted(selection.name.value)) return selection;
        continue;
      }
      let inner: SelectionSetNode | undefined = selection.kind === 'InlineFragment' ? selection.selectionSet : undefined;
      if (selection.kind === 'FragmentSpread' && !entered.has(selection.name.value)) {
        entered.add(selection.name.value);
        inner = definitions.find(isFragment(selection.name.value))?.selectionSet;
      }
      const found = inner === undefined ? null : search(inner.selections);
      if (found !== null) return found;
    }
    return null;
  };
  return set === undefined ? null : search(set.selections);
}
