/** A piece of a text. UTF-16 offsets; `end` is behind the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
