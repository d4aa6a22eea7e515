/** An error that stands in the data, in place of the value that a subgraph could not give. */
export class Failure {
  /** Errors in the order in which they arrived. The last one made the value null. */
  readonly causes: Cause[];

  constructor(error: Error, path: Cause['path'] = null) {
    this.causes = [{ error, path }];
  }
}

export interface Cause {
  readonly error: Error;
  /** Path from the object that holds the value down to the field that failed inside the subgraph, in the engine's keys. Null: this field. */
  readonly path: readonly (string | number)[] | null;
}
