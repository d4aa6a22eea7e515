/**
 * Records which fields of an entity had a value when it was indexed, without the values.
 *
 * A subgraph may hide a field by returning null without an error. The indexed text contains that field, so a caller who
 * cannot see the field must not find the entity by it: otherwise a search would reveal the hidden words.
 */
import type { Fields } from './entities.ts';

/** 0: null; 1: a value; a list or an object: the shapes inside. */
export type Shape = 0 | 1 | readonly Shape[] | { readonly [field: string]: Shape };

export function shapeOf(value: unknown): Shape {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object') return 1;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (name === '__typename' ? [] : [[name, shapeOf(inner)]])));
}

/** Whether the caller sees null, or a shorter list, where the index had a value. Fields that were not asked for do not count. */
export function isWithheld(shape: Shape, seen: Fields): boolean {
  if (typeof shape !== 'object' || Array.isArray(shape)) return false;
  return Object.entries(shape).some(([name, inner]) => Object.hasOwn(seen, name) && isLess(inner, seen[name]));
}

function isLess(shape: Shape, seen: unknown): boolean {
  if (shape === 0) return false;
  if (seen === null || seen === undefined) return true;
  if (shape === 1) return false;
  if (Array.isArray(shape))
    return !Array.isArray(seen) || seen.length < shape.length || shape.some((inner, index) => isLess(inner, seen[index]));
  return typeof seen !== 'object' || Object.entries(shape).some(([name, inner]) => isLess(inner, Reflect.get(seen, name)));
}
