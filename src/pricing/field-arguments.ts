/**
 * The arguments of a field as its resolver will be handed them: with defaults, and one value for a list of one.
 *
 * The price must be that of the operation that runs, not of the text that the client wrote. So the caller who builds the price
 * tree coerces the arguments by the rules of its own protocol, and pricing asks for them here.
 */
import type { Principal } from '../core/call/call.ts';
import { type Ceiling, noCeiling } from './ceiling.ts';
import type { FieldArguments, Variables } from './price-tree.ts';

/** Arguments that no variable changes, for a tree that is written by hand. */
export const fixedArguments = (values: Variables): FieldArguments => ({
  haveVariables: () => false,
  coerce: () => values,
  named: (name) => (Object.hasOwn(values, name) ? { given: { kind: 'fixed', value: values[name] }, byDefault: undefined } : null),
});

/** The ceiling of one use of a field, by values. A Promise only where they are long: they are read in slices. */
export type CeilingOf = (values: Variables) => Ceiling | Promise<Ceiling> | CeilingForCaller;

/** A ceiling that depends on what the gateway keeps for the caller. It is asked anew each time. Null: nobody asks. */
export type CeilingForCaller = (caller: Principal | null) => Promise<Ceiling>;

/** The ceiling of the field with these arguments. They are read once when no variable is in them, and when they are first needed. */
export function ceilingWith(ceilingOf: CeilingOf, given: FieldArguments): CeilingOf {
  const read: CeilingOf = (variables) => {
    const values = given.coerce(variables);
    return values === null ? noCeiling : ceilingOf(values);
  };
  if (given.haveVariables()) return read;
  let fixed: ReturnType<CeilingOf> | null = null;
  return () => {
    fixed ??= read({});
    return fixed;
  };
}
