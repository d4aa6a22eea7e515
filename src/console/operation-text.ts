import type { TypedDocument } from '../client/typed-document.ts';

/** An operation as text with its types. `npm run codegen` makes one of each operation in a `.graphql` file of the console. */
export class OperationText<Data, Variables> extends String implements TypedDocument<Data, Variables> {
  declare readonly __apiType?: (variables: Variables) => Data;
}
