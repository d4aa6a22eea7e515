/** Hooks that change while operations run: an operation is admitted and closed by the hooks that opened it. */
import type { OpenedOperation, OperationContext } from './context.ts';
import type { OperationHooks } from './open.ts';

/** `current`: the hooks for operations that are opened now. */
export function followHooks(current: () => OperationHooks): Required<OperationHooks> {
  const openerOf = (context: OperationContext): OperationHooks =>
    ((context as OpenedOperation).openedBy as OperationHooks | null | undefined) ?? current();
  const opened = (context: OperationContext, by: OperationHooks): OperationContext => {
    (context as OpenedOperation).openedBy = by;
    return context;
  };
  return {
    authenticate: (credentials) => current().authenticate(credentials),
    openOperation(input) {
      const hooks = current();
      const context = hooks.openOperation(input);
      return context instanceof Promise ? context.then((made) => opened(made, hooks)) : opened(context, hooks);
    },
    admitOperation: (context, operation) => openerOf(context).admitOperation?.(context, operation) ?? null,
    quoteOperation: (context, operation) => openerOf(context).quoteOperation?.(context, operation) ?? {},
    closeOperation: (context) => openerOf(context).closeOperation(context),
  };
}
