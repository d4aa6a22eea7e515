/** Finds the objects at a path of a plan, through lists and for the types that the path names. */
import type { GraphQLSchema } from 'graphql';
import { clientKey } from '../client-keys.ts';
import type { FlattenNodePathSegment } from '../plan/plan-nodes.ts';
import { isOf } from './fetch-shape.ts';
import { type DataObject, isDataObject } from './merge-answer.ts';
import type { Path } from './place-failures.ts';

type Step = { readonly key: string } | { readonly types: (typeName: string) => boolean };

export interface EntityPath {
  /** Keys without indexes. They are equal for all objects of the path. */
  readonly keys: readonly string[];
  readonly steps: readonly Step[];
  /** Text for people, in the client's keys. `products.@` stands for each item of the list. */
  readonly text: string;
}

export interface FoundEntity {
  readonly object: DataObject;
  /** Path in the data. Null when nobody asked for it. */
  readonly path: Path | null;
}

export function entityPath(schema: GraphQLSchema, segments: readonly FlattenNodePathSegment[]): EntityPath {
  const steps = segments.flatMap((segment): readonly Step[] => {
    if (segment === '@') return [];
    if ('Field' in segment) return [{ key: segment.Field }];
    const known = new Map<string, boolean>();
    return [
      {
        types(typeName) {
          let fits = known.get(typeName);
          if (fits === undefined) {
            const type = schema.getType(typeName);
            fits = segment.TypeCondition.some((name) => name === typeName || (type !== undefined && isOf(schema, type, name)));
            known.set(typeName, fits);
          }
          return fits;
        },
      },
    ];
  });
  return { steps, keys: steps.flatMap((step) => ('key' in step ? [step.key] : [])), text: segments.map(segmentText).join('.') };
}

function segmentText(segment: FlattenNodePathSegment): string {
  if (segment === '@') return segment;
  return 'Field' in segment ? clientKey(segment.Field) : `[${segment.TypeCondition.join('|')}]`;
}

export function entitiesAt(data: DataObject, { steps }: EntityPath, withPaths: boolean): readonly FoundEntity[] {
  const found: FoundEntity[] = [];
  const visit = (value: unknown, at: number, path: Path): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, at, withPaths ? [...path, index] : path);
      return;
    }
    if (!isDataObject(value)) return;
    const step = steps[at];
    if (step === undefined) found.push({ object: value, path: withPaths ? path : null });
    else if ('key' in step) {
      if (Object.hasOwn(value, step.key)) visit(value[step.key], at + 1, withPaths ? [...path, step.key] : path);
    } else {
      const typeName = value['__typename'];
      if (typeof typeName !== 'string' || step.types(typeName)) visit(value, at + 1, path);
    }
  };
  visit(data, 0, []);
  return found;
}
