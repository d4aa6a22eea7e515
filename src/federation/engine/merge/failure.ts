/** Errors that stand in the data, in place of the value that a subgraph could not give. */
export class Failure {
  /** In the order in which they came. The last one is what made the value null. */
  readonly causes: Cause[];

  constructor(error: Error, path: Cause['path'] = null) {
    this.causes = [{ error, path }];
  }
}

export interface Cause {
  readonly error: Error;
  /** From the object that holds the value down to the field that failed inside the subgraph, in the engine's keys; null: this field. */
  readonly path: readonly (string | number)[] | null;
}
