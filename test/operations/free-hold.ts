import { type OperationHold, operationHold } from '../../src/operations/operation-hold.ts';

/** The hold of an operation without budgets. */
export const freeHold = (): OperationHold =>
  operationHold(
    {
      hold: async () => ({
        budgeted: false,
        draw: async () => ({ settle: async () => {} }),
        giveBack: async () => {},
        release: async () => {},
      }),
    },
    [],
  );
