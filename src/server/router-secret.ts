/** Who the router is, and what only the router may ask. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import type { Secret } from '../core/secret.ts';

export type IsRouter = (headers: Readonly<Record<string, string>>) => boolean;

/** Compared as digests, in constant time: neither the secret nor its length can be felt out. */
export function routerRule(secret: Secret | null): IsRouter {
  if (secret === null) return () => false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(secret.reveal());
  return (headers) => {
    const bearer = /^Bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
    const shown = [headers['x-router-secret'], bearer].filter((value) => value !== undefined);
    return shown.map((value) => timingSafeEqual(digest(value), expected)).includes(true);
  };
}

export const refusedEntities = (): GatewayError =>
  new GatewayError(
    'FORBIDDEN',
    '`_entities` is for the router alone, which shows its secret in `x-router-secret`. Ask the router instead.',
  );

export function asksEntities(document: DocumentNode): boolean {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [],
    ),
  );
  const seen = new Set<SelectionSetNode>();
  const asks = (set: SelectionSetNode | undefined): boolean => {
    if (set === undefined || seen.has(set)) return false;
    seen.add(set);
    return set.selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === '_entities';
      return asks(selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value));
    });
  };
  return document.definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION && asks(definition.selectionSet));
}
