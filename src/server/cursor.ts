/**
 * The place of each event in its log, known also when the client did not select it.
 *
 * A subscription's source events carry a `cursor`; results made from them are remembered with it, so that SSE can send
 * it as `id:`. Where the source is another server's result, it has only what was selected: then the selected field
 * named `cursor` counts, under whatever alias.
 */
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  type SelectionSetNode,
} from 'graphql';
import { isAsyncIterable, mapped } from './iterate.ts';

const cursors = new WeakMap<object, string>();

export const cursorOf = (result: object): string | null => cursors.get(result) ?? null;

/** Remembers that `to` was made from `from`. */
export function keepCursor<T extends object>(from: object, to: T): T {
  const cursor = cursors.get(from);
  if (cursor !== undefined) cursors.set(to, cursor);
  return to;
}

/** Subscribes as graphql-js does: one execution per source event. */
export async function subscribeWithCursors(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!isAsyncIterable(source)) return source;
  const keys = cursorKeys(args);
  return mapped(source, async (event: unknown) => {
    const result = await execute({ ...args, rootValue: event });
    const cursor = cursorIn(event) ?? cursorIn(at(event, keys.field)) ?? textAt(at(result.data, keys.response), keys.cursor);
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
  const fields = (set: SelectionSetNode | undefined): { name: string; key: string; inner: SelectionSetNode | undefined }[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === 'Field') {
        return [{ name: selection.name.value, key: selection.alias?.value ?? selection.name.value, inner: selection.selectionSet }];
      }
      if (selection.kind === 'InlineFragment') return fields(selection.selectionSet);
      const fragment = document.definitions.find((one) => one.kind === 'FragmentDefinition' && one.name.value === selection.name.value);
      return fragment?.kind === 'FragmentDefinition' ? fields(fragment.selectionSet) : [];
    });
  const root = fields(getOperationAST(document, operationName)?.selectionSet)[0];
  const cursor = fields(root?.inner).find(({ name }) => name === 'cursor');
  return { field: root?.name ?? null, response: root?.key ?? null, cursor: cursor?.key ?? null };
}
