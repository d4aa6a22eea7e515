/**
 * Checks a value against a schema, keyword by keyword. It is an interpreter, so that no part of the schema becomes code and
 * every step is counted. It accepts what ajv accepts, and words its issues like ajv.
 */
import { type Checking, fails, fitsByItself, isMember } from './check-scalars.ts';
import type { Task } from './check-work.ts';
import type { Issues, Place } from './issues.ts';
import type { ListRules, ObjectRules, SameValueRules, SchemaNode } from './schema/schema-node.ts';
import { addSeen, nothingSeen, type SeenParts } from './seen-parts.ts';
import { keyInTurns } from './value-key.ts';

/** `issues` null: only whether the value fits is asked. `seen` null: nobody asks which parts were looked at. */
export type AnswerCheck = (node: SchemaNode, value: unknown, place: Place | null, issues: Issues | null, seen: SeenParts | null) => Task;

export function answerCheck(checking: Checking, asksUnevaluated: boolean): AnswerCheck {
  const { work } = checking;
  return check;

  function* check(node: SchemaNode, value: unknown, place: Place | null, issues: Issues | null, seen: SeenParts | null): Task {
    let fits = fitsByItself(node, value, place, issues, checking);
    if (!fits && issues === null) return false;
    const { objects, lists, same } = node;
    const own = asksUnevaluated ? nothingSeen() : null;
    if (node.values !== null && typeof value === 'object' && value !== null) {
      const key = node.values.containers ? yield* keyInTurns(value, work) : '{';
      fits = isMember(node, key, place, issues) && fits;
    }
    if (objects !== null && isObject(value)) fits = (yield members(objects, value, place, issues, own)) && fits;
    else if (lists !== null && Array.isArray(value)) fits = (yield items(lists, value, place, issues, own)) && fits;
    if (!fits && issues === null) return false;
    if (same !== null) fits = (yield sameValue(same, value, place, issues, own)) && fits;
    if (own !== null) {
      if (objects !== null && isObject(value)) fits = (yield unseenMembers(objects, value, place, issues, own)) && fits;
      if (lists !== null && Array.isArray(value)) fits = (yield unseenItems(lists, value, place, issues, own)) && fits;
      if (fits) addSeen(seen, own);
    }
    return fits;
  }

  function* members(rules: ObjectRules, value: Values, place: Place | null, issues: Issues | null, seen: SeenParts | null): Task {
    const names = Object.keys(value);
    const {
      minProperties,
      maxProperties,
      required,
      dependentRequired,
      properties,
      patternProperties,
      additionalProperties,
      propertyNames,
    } = rules;
    work.spend(names.length + required.length);
    let fits = true;
    if (minProperties !== null && names.length < minProperties)
      fits = fails(issues, place, `must NOT have fewer than ${minProperties} properties`);
    if (maxProperties !== null && names.length > maxProperties)
      fits = fails(issues, place, `must NOT have more than ${maxProperties} properties`);
    for (const name of required) if (!Object.hasOwn(value, name)) fits = fails(issues, place, `must have required property '${name}'`);
    for (const [name, needed] of dependentRequired) {
      work.spend(1);
      if (!Object.hasOwn(value, name)) continue;
      work.spend(needed.length);
      for (const other of needed)
        if (!Object.hasOwn(value, other)) fits = fails(issues, place, `must have property ${other} when property ${name} is present`);
    }
    if (!fits && issues === null) return false;
    for (const name of names) {
      if (work.isDue()) yield null;
      const inner = { key: name, above: place };
      const member = value[name];
      let isKnown = false;
      if (propertyNames !== null && !(yield* fitting(propertyNames, name, place, issues)))
        fits = fails(issues, place, 'property name must be valid');
      const property = properties.get(name);
      if (property !== undefined) {
        isKnown = true;
        fits = (yield* fitting(property, member, inner, issues)) && fits;
      }
      for (const [pattern, schema] of patternProperties) {
        if (work.isDue()) yield null;
        if (!work.matches(pattern, name)) continue;
        isKnown = true;
        fits = (yield* fitting(schema, member, inner, issues)) && fits;
      }
      if (isKnown) seen?.names.add(name);
      else if (additionalProperties?.never === true) fits = fails(issues, place, 'must NOT have additional properties');
      else if (additionalProperties !== null) fits = (yield* fitting(additionalProperties, member, inner, issues)) && fits;
      if (!fits && issues === null) return false;
    }
    if (seen !== null && additionalProperties !== null) seen.allNames = true;
    for (const [name, schema] of rules.dependentSchemas) {
      work.spend(1);
      if (!Object.hasOwn(value, name)) continue;
      fits = (yield check(schema, value, place, issues, seen)) && fits;
      if (!fits && issues === null) return false;
    }
    return fits;
  }

  function* items(rules: ListRules, value: readonly unknown[], place: Place | null, issues: Issues | null, seen: SeenParts | null): Task {
    const { minItems, maxItems, uniqueItems, prefixItems, items, contains } = rules;
    let fits = true;
    if (minItems !== null && value.length < minItems) fits = fails(issues, place, `must NOT have fewer than ${minItems} items`);
    if (maxItems !== null && value.length > maxItems) fits = fails(issues, place, `must NOT have more than ${maxItems} items`);
    if (items?.never === true && value.length > prefixItems.length)
      fits = fails(issues, place, `must NOT have more than ${prefixItems.length} items`);
    if (!fits && issues === null) return false;
    for (const [index, item] of prefixItems.length > 0 || (items !== null && !items.never) ? value.entries() : []) {
      if (work.isDue()) yield null;
      const schema = prefixItems[index] ?? (items?.never === true ? null : items);
      if (schema === null) break;
      fits = (yield* fitting(schema, item, { key: index, above: place }, issues)) && fits;
      if (!fits && issues === null) return false;
    }
    if (contains !== null) fits = (yield containing(rules, contains, value, place, issues, seen)) && fits;
    if (uniqueItems) fits = (yield distinct(value, place, issues)) && fits;
    if (seen !== null) seen.items = items !== null ? Number.POSITIVE_INFINITY : prefixItems.length;
    return fits;
  }

  function* containing(
    rules: ListRules,
    contains: SchemaNode,
    value: readonly unknown[],
    place: Place | null,
    issues: Issues | null,
    seen: SeenParts | null,
  ): Task {
    const { minContains, maxContains } = rules;
    const least = minContains ?? 1;
    let found = 0;
    for (const [index, item] of value.entries()) {
      if (work.isDue()) yield null;
      if (yield* fitting(contains, item, { key: index, above: place }, null)) {
        found += 1;
        seen?.found.add(index);
      }
      if (found >= least && maxContains === null && seen === null) return true;
    }
    if (found >= least && found <= (maxContains ?? Number.POSITIVE_INFINITY)) return true;
    const most = maxContains === null ? '' : ` and no more than ${maxContains}`;
    return fails(issues, place, `must contain at least ${least}${most} valid item(s)`);
  }

  function* distinct(value: readonly unknown[], place: Place | null, issues: Issues | null): Task {
    const first = new Map<string, number>();
    for (const [index, item] of value.entries()) {
      if (work.isDue()) yield null;
      const key = yield* keyInTurns(item, work);
      const other = first.get(key);
      if (other !== undefined) return fails(issues, place, `must NOT have duplicate items (items ## ${other} and ${index} are identical)`);
      first.set(key, index);
    }
    return true;
  }

  function* sameValue(rules: SameValueRules, value: unknown, place: Place | null, issues: Issues | null, seen: SeenParts | null): Task {
    const { reference, allOf, anyOf, oneOf, not, whenValid, whenInvalid } = rules;
    let fits = true;
    for (const schema of reference === null ? allOf : [reference, ...allOf]) {
      fits = (yield check(schema, value, place, issues, seen)) && fits;
      if (!fits && issues === null) return false;
    }
    if (anyOf !== null) fits = (yield alternatives(anyOf, false, value, place, issues, seen)) && fits;
    if (!fits && issues === null) return false;
    if (oneOf !== null) fits = (yield alternatives(oneOf, true, value, place, issues, seen)) && fits;
    if (not !== null && (yield check(not, value, place, null, null))) fits = fails(issues, place, 'must NOT be valid');
    if (rules.if === null || (whenValid === null && whenInvalid === null)) return fits;
    const holds: boolean = yield check(rules.if, value, place, null, seen);
    const then = holds ? whenValid : whenInvalid;
    if (then !== null && !(yield check(then, value, place, issues, seen)))
      return fails(issues, place, `must match "${holds ? 'then' : 'else'}" schema`);
    return fits;
  }

  function* alternatives(
    schemas: readonly SchemaNode[],
    exactlyOne: boolean,
    value: unknown,
    place: Place | null,
    issues: Issues | null,
    seen: SeenParts | null,
  ): Task {
    const before = issues?.length ?? 0;
    let holding = 0;
    for (const schema of schemas) {
      if (!(yield check(schema, value, place, issues, seen))) continue;
      holding += 1;
      if (exactlyOne ? holding > 1 : seen === null) break;
    }
    if (holding === 1 || (holding > 1 && !exactlyOne)) {
      issues?.cut(before);
      return true;
    }
    return fails(issues, place, exactlyOne ? 'must match exactly one schema in oneOf' : 'must match a schema in anyOf');
  }

  function* unseenMembers(rules: ObjectRules, value: Values, place: Place | null, issues: Issues | null, seen: SeenParts): Task {
    const { unevaluatedProperties: schema } = rules;
    if (schema === null || seen.allNames) return true;
    let fits = true;
    for (const name of Object.keys(value)) {
      if (work.isDue()) yield null;
      work.spend(1);
      if (seen.names.has(name)) continue;
      if (schema.never) fits = fails(issues, place, 'must NOT have unevaluated properties');
      else fits = (yield* fitting(schema, value[name], { key: name, above: place }, issues)) && fits;
    }
    seen.allNames = true;
    return fits;
  }

  function* unseenItems(rules: ListRules, value: readonly unknown[], place: Place | null, issues: Issues | null, seen: SeenParts): Task {
    const { unevaluatedItems: schema } = rules;
    if (schema === null) return true;
    let fits = true;
    for (const [index, item] of value.entries()) {
      if (work.isDue()) yield null;
      work.spend(1);
      if (index < seen.items || seen.found.has(index)) continue;
      if (schema.never) return fails(issues, place, `must NOT have more than ${index} items`);
      fits = (yield* fitting(schema, item, { key: index, above: place }, issues)) && fits;
    }
    seen.items = Number.POSITIVE_INFINITY;
    return fits;
  }

  /** A task only for what has parts: a text or a number is checked at once. */
  function* fitting(node: SchemaNode, value: unknown, place: Place | null, issues: Issues | null): Task {
    if (node.same === null && !(typeof value === 'object' && value !== null)) return fitsByItself(node, value, place, issues, checking);
    return yield check(node, value, place, issues, null);
  }
}

type Values = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);
