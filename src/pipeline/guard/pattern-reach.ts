/**
 * Computes the maximum match length of a compiled expression, so that long text can be searched window by window with the
 * same result.
 */
import type { RE2JS } from 're2js';

/** The instructions of re2js that matter here, by their numbers (`Inst` in its source). */
const alternatives: ReadonlySet<number> = new Set([1, 2]);
const matched = 6;
const failed = 5;
const ofOneCharacter: ReadonlySet<number> = new Set([8, 9, 10, 11]);

interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
}

interface Program {
  readonly start: number;
  getInst(at: number): Instruction;
}

/** Maximum length of a match, in UTF-16 units; null: without bound. */
export function maxMatchUnits(pattern: RE2JS): number | null {
  const program = pattern.re2().prog as Program;
  const known = new Map<number, number>();
  const open = new Set<number>();
  /** Places whose successors are still to be looked at; a deep expression must not fill the stack. */
  const todo = [program.start];
  while (todo.length > 0) {
    const at = todo.at(-1) ?? 0;
    const { op, out, arg } = program.getInst(at);
    const nexts = op === matched || op === failed ? [] : alternatives.has(op) ? [out, arg] : [out];
    if (!open.has(at) && !known.has(at)) {
      open.add(at);
      for (const next of nexts) {
        if (open.has(next)) return null;
        if (!known.has(next)) todo.push(next);
      }
      continue;
    }
    todo.pop();
    if (known.has(at)) continue;
    open.delete(at);
    known.set(at, Math.max(0, ...nexts.map((next) => known.get(next) ?? 0)) + (ofOneCharacter.has(op) ? 2 : 0));
  }
  return known.get(program.start) ?? null;
}
