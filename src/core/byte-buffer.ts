/**
 * Collects bytes that arrive in pieces into one buffer. Small pieces are copied together as they come: keeping each as an object would
 * cost some hundred bytes per piece, and 2 MB sent byte by byte took 450 MB. Large pieces are kept, and copied once, at the end.
 */
export interface Gathered {
  readonly length: number;
  add(piece: Uint8Array): void;
  /** All bytes so far; a single piece is not copied. */
  bytes(): Buffer;
}

const largeBytes = 4_096;
const maxRoomBytes = 1024 * 1024;

export function gatherBytes(): Gathered {
  let parts: Uint8Array[] = [];
  /** For small pieces. Those from `begun` on are in no part yet. */
  let room = Buffer.alloc(0);
  let begun = 0;
  let used = 0;
  let smallBytes = 0;
  let length = 0;

  function endPart(): void {
    if (used > begun) parts.push(room.subarray(begun, used));
    begun = used;
  }

  function addSmall(piece: Uint8Array): void {
    if (room.length < used + piece.length) {
      endPart();
      room = Buffer.allocUnsafe(Math.min(maxRoomBytes, Math.max(largeBytes, 2 * smallBytes)));
      begun = 0;
      used = 0;
    }
    room.set(piece, used);
    used += piece.length;
    smallBytes += piece.length;
  }

  return {
    get length() {
      return length;
    },
    add(piece) {
      if (length === 0 || piece.length >= largeBytes) {
        endPart();
        parts.push(piece);
      } else addSmall(piece);
      length += piece.length;
    },
    bytes() {
      endPart();
      const [only] = parts;
      const all = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
      parts = [all];
      return Buffer.from(all.buffer, all.byteOffset, all.byteLength);
    },
  };
}
