/**
 * Refuses a document whose validation compares too many fields with each other: graphql-js gives up after 500,000 comparisons, and
 * those take up to 50 ms in one turn of the event loop.
 */
import type { DocumentNode, SelectionSetNode } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { tooManyComparisons } from '../../graphql/quote/aborted-validation.ts';

/** Maximum number of comparisons: some 15 ms. */
const maxComparisons = 200_000;
/** Comparing two fragments takes as long as comparing this many fields. It takes longer where the fragments are long. */
const fieldsPerFragment = 4;

/** Throws BAD_REQUEST. */
export function checkComparisons({ definitions }: DocumentNode): void {
  let comparisons = 0;
  const open: SelectionSetNode[] = [];
  for (const definition of definitions) if ('selectionSet' in definition) open.push(definition.selectionSet as SelectionSetNode);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const ofKeys = new Map<string, number>();
    let fragments = 0;
    for (const selection of next.selections) {
      if (selection.kind === 'Field') {
        const key = selection.alias?.value ?? selection.name.value;
        const before = ofKeys.get(key) ?? 0;
        comparisons += before;
        ofKeys.set(key, before + 1);
      } else {
        comparisons += fragments * fieldsPerFragment;
        fragments += 1;
      }
      if (selection.kind !== 'FragmentSpread' && selection.selectionSet !== undefined) open.push(selection.selectionSet);
    }
    if (comparisons > maxComparisons) throw new GatewayError('BAD_REQUEST', tooManyComparisons);
  }
}
