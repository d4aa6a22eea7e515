/**
 * A text that grows by small pieces and is read in slices. Pieces are joined into blocks, so that the text is stored once
 * and never copied whole.
 */
import { lettersBytes } from './weight.ts';

export interface GrowingText {
  add(piece: string): void;
  slice(start: number, end: number): string;
  readonly length: number;
  /** What it takes in memory. */
  readonly bytes: number;
}

const piecesPerBlock = 64;
/** What a block, or a piece that is in none yet, takes beside its letters: header, padding, slots. */
const stringBytes = 48;

export function growingText(text = ''): GrowingText {
  const blocks: string[] = [];
  const starts: number[] = [];
  /** Those behind the last block. */
  let pieces: string[] = [];
  let blocksEnd = 0;
  let length = 0;
  let letters = 0;

  function add(piece: string): void {
    if (piece === '') return;
    pieces.push(piece);
    length += piece.length;
    letters += lettersBytes(piece);
    if (pieces.length < piecesPerBlock) return;
    blocks.push(pieces.join(''));
    starts.push(blocksEnd);
    pieces = [];
    blocksEnd = length;
  }

  /** The last block that begins at or before the place. */
  function blockAt(place: number): number {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  add(text);
  return {
    add,
    slice(start, end) {
      const found: string[] = [];
      const take = (part: string, from: number): void => {
        if (from < end && from + part.length > start) found.push(part.slice(Math.max(0, start - from), end - from));
      };
      if (start < blocksEnd) {
        for (let index = blockAt(start); index < blocks.length && (starts[index] ?? 0) < end; index += 1)
          take(blocks[index] ?? '', starts[index] ?? 0);
      }
      let from = blocksEnd;
      if (end > blocksEnd) {
        for (const piece of pieces) {
          take(piece, from);
          from += piece.length;
        }
      }
      return found.join('');
    },
    get length() {
      return length;
    },
    get bytes() {
      return letters + stringBytes * (blocks.length + pieces.length);
    },
  };
}
