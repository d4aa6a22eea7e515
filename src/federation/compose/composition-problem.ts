/** One reason why subgraphs do not compose, for people and for programs. */
export interface CompositionProblem {
  readonly code: string;
  readonly message: string;
  readonly subgraphs: readonly string[];
  readonly coordinates: readonly string[];
  /** What would be accepted, where that is known. */
  readonly remedy: string | null;
}
