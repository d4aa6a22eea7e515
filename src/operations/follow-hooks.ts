/** Hooks that change while operations run: an operation is admitted and closed by the hooks that opened it. */
import type { Activity } from './activity/activity.ts';
import type { OpenedOperation, OperationContext } from './context.ts';
import type { OperationHooks } from './open.ts';

/** `current`: the hooks for operations that are opened now. `watch` is told of each that is opened and closed. */
export function followHooks(
  current: () => OperationHooks,
  watch: Pick<Activity, 'opened' | 'closed'> | null = null,
): Required<OperationHooks> {
  const openerOf = (context: OperationContext): OperationHooks =>
    ((context as OpenedOperation).openedBy as OperationHooks | null | undefined) ?? current();
  const opened = (context: OperationContext, by: OperationHooks, isStream: boolean): OperationContext => {
    (context as OpenedOperation).openedBy = by;
    watch?.opened(context, isStream);
    return context;
  };
  return {
    authenticate: (credentials) => current().authenticate(credentials),
    openOperation(input) {
      const hooks = current();
      const context = hooks.openOperation(input);
      const { isStream = false } = input;
      return context instanceof Promise ? context.then((made) => opened(made, hooks, isStream)) : opened(context, hooks, isStream);
    },
    admitOperation: (context, operation) => openerOf(context).admitOperation?.(context, operation) ?? null,
    quoteOperation: (context, operation) => openerOf(context).quoteOperation?.(context, operation) ?? {},
    closeOperation(context) {
      watch?.closed(context);
      return openerOf(context).closeOperation(context);
    },
  };
}
