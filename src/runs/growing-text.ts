/**
 * A text that grows by small pieces and is read in slices. Pieces are joined into blocks, so that the text is stored once
 * and never copied whole.
 */
import { lettersBytes } from './weight.ts';

const piecesPerBlock = 64;
/** Memory of a block, or of a piece that is not in a block yet, beside its letters: header, padding, slots. */
const stringBytes = 48;

/** A class and not closures, because a thousand runs have two of these texts each: methods are made once, closures would be made for each text. */
export class GrowingText {
  readonly #blocks: string[] = [];
  readonly #starts: number[] = [];
  /** The pieces behind the last block. */
  #pieces: string[] = [];
  #blocksEnd = 0;
  #letters = 0;
  #length = 0;

  constructor(text = '') {
    this.add(text);
  }

  get length(): number {
    return this.#length;
  }

  /** What it takes in memory. */
  get bytes(): number {
    return this.#letters + stringBytes * (this.#blocks.length + this.#pieces.length);
  }

  add(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#letters += lettersBytes(piece);
    if (this.#pieces.length < piecesPerBlock) return;
    this.#blocks.push(this.#pieces.join(''));
    this.#starts.push(this.#blocksEnd);
    this.#pieces = [];
    this.#blocksEnd = this.#length;
  }

  slice(start: number, end: number): string {
    const newest = this.#pieces.at(-1);
    // A reader who keeps up asks for this.
    if (newest !== undefined && end === this.#length && start === end - newest.length) return newest;
    const found: string[] = [];
    const take = (part: string, from: number): void => {
      if (from < end && from + part.length > start) found.push(part.slice(Math.max(0, start - from), end - from));
    };
    if (start < this.#blocksEnd) {
      for (let index = this.#blockAt(start); index < this.#blocks.length && (this.#starts[index] ?? 0) < end; index += 1)
        take(this.#blocks[index] ?? '', this.#starts[index] ?? 0);
    }
    let from = this.#blocksEnd;
    if (end > from) {
      for (const piece of this.#pieces) {
        take(piece, from);
        from += piece.length;
      }
    }
    return found.join('');
  }

  /** The last block that begins at or before the place. */
  #blockAt(place: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
