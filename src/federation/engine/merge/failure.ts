/** An error that stands in the data, in place of the value that a subgraph could not give. */
export class Failure {
  readonly error: Error;
  /** From the object that holds it down to the field that failed inside the subgraph, in the engine's keys; null: this field. */
  readonly path: readonly (string | number)[] | null;

  constructor(error: Error, path: readonly (string | number)[] | null = null) {
    this.error = error;
    this.path = path;
  }
}
