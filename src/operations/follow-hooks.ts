/** Hooks that change while operations run: an operation is admitted and closed by the hooks that opened it. */
import type { OperationHooks } from './open.ts';

/** `current`: the hooks for operations that are opened now. */
export function followHooks(current: () => OperationHooks): Required<OperationHooks> {
  const openers = new WeakMap<object, OperationHooks>();
  const openerOf = (context: object): OperationHooks => openers.get(context) ?? current();
  return {
    authenticate: (credentials) => current().authenticate(credentials),
    async openOperation(input) {
      const hooks = current();
      const context = await hooks.openOperation(input);
      openers.set(context, hooks);
      return context;
    },
    admitOperation: async (context, operation) => (await openerOf(context).admitOperation?.(context, operation)) ?? null,
    closeOperation: (context) => openerOf(context).closeOperation(context),
  };
}
