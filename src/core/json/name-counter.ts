/**
 * Counts the different names of a JSON text, by the hash of each: one bit of a small table is set for it, and the number of bits
 * that are set says how many different names there were. It is off by some hundredths, and takes 8 KB whatever comes.
 */
export interface NameCounter {
  /** Called where a string begins, which may be a name. */
  begin(): void;
  /** Called with a part of the string, where a piece of the text ends in it or behind it. */
  carry(piece: Uint8Array, from: number, to: number): void;
  /** Called with the rest of the string, once it is known to be a name. */
  add(piece: Uint8Array, from: number, to: number): void;
  /** The estimated number of different names. */
  different(): number;
}

const bits = 65_536;
/** Longer names are taken for the same when they begin alike. A text of 16 MB has room for 16,000 of them. */
const maxHashedBytes = 1_024;
const fnvPrime = 0x01000193;

/** `seed`: who writes the text does not know it, and so cannot choose names that share a bit. */
export function nameCounter(seed: number = Math.trunc(Math.random() * 0x7fffffff)): NameCounter {
  const table = new Uint8Array(bits / 8);
  let set = 0;
  let hash = seed;
  let hashed = 0;

  function carry(piece: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + maxHashedBytes - hashed);
    for (let at = from; at < end; at += 1) hash = Math.imul(hash ^ (piece[at] ?? 0), fnvPrime);
    hashed += Math.max(0, end - from);
  }

  return {
    begin() {
      hash = seed;
      hashed = 0;
    },
    carry,
    add(piece, from, to) {
      carry(piece, from, to);
      const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
      const bit = (mixed ^ (mixed >>> 12)) & (bits - 1);
      const mask = 1 << (bit & 7);
      const byte = table[bit >> 3] ?? 0;
      if ((byte & mask) !== 0) return;
      table[bit >> 3] = byte | mask;
      set += 1;
    },
    different: () => Math.round(-bits * Math.log(1 - Math.min(set, bits - 1) / bits)),
  };
}
