/**
 * The keys of a client's fields in the engine's data.
 *
 * A key stands for one field with one set of arguments. A client may have two under one response key, for two types:
 * `... on Toy { says: name(in: "en") } ... on Car { says: name(in: "de") }`. The planner merges fields of types that it asks for together,
 * by their keys: it would ask for one of the two in place of both, and ends the process where the arguments differ. Nor may a client's
 * `price` have the key of a `price(currency: USD)` that is required: the planner would take it for that.
 */
import { type ArgumentNode, type FieldNode, Kind, print, visit } from 'graphql';
import { engineKeyOf } from '../client-keys.ts';
import type { Written } from './written-operation.ts';

/** Of fields of the operation, and of copies of it from which fields were taken out. */
export type DataKeys = (field: FieldNode) => string;

/** `apart`: names of fields that are required with arguments, of any type. */
export function dataKeysOf({ operation, fragments }: Written, apart: ReadonlySet<string>): DataKeys {
  const keys = new WeakMap<FieldNode, string>();
  /** By response key: what stands under it, in the order of the document. */
  const variants = new Map<string, string[]>();
  const keyOf = (field: FieldNode): string => {
    const { name, alias = name, arguments: args = [] } = field;
    const isPlain = alias.value === name.value && args.length === 0 && !apart.has(name.value);
    if (name.value === '__typename' || isPlain) return name.value;
    const known = variants.get(alias.value) ?? [];
    variants.set(alias.value, known);
    const text = fieldText(field);
    const at = known.indexOf(text);
    if (at < 0) known.push(text);
    return engineKeyOf(alias.value, at < 0 ? known.length - 1 : at);
  };
  const dataKey: DataKeys = (field) => {
    const known = keys.get(field) ?? keyOf(field);
    keys.set(field, known);
    return known;
  };
  for (const node of [operation, ...fragments.values()]) visit(node, { Field: (field) => void dataKey(field) });
  return dataKey;
}

/** Equal for fields that may be merged, in whatever order their arguments stand. */
function fieldText({ name, arguments: args = [] }: FieldNode): string {
  return [name.value, ...args.map(argumentText).toSorted()].join('\n');
}

function argumentText({ name, value }: ArgumentNode): string {
  const sorted = visit(value, {
    [Kind.OBJECT]: {
      leave: (node) => ({ ...node, fields: node.fields.toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1)) }),
    },
  });
  return `${name.value}: ${print(sorted)}`;
}
