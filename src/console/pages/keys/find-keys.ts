import type { Found } from '../../page-entry.ts';
import { gate } from '../../session/gate.ts';
import { isAllowed, type Viewer } from '../../session/viewer.tsx';
import { KeysDocument } from './keys.generated.ts';

/** Keys, by their names and ids. */
export async function findKeys(viewer: Viewer, signal: AbortSignal): Promise<readonly Found[]> {
  if (!isAllowed(viewer, [['ai:keys'], ['ai:keys:all']])) return [];
  const { data } = await gate.query(KeysDocument, {}, { signal });
  return data.aiKeys.map(({ id, name, team }) => ({ name, about: `key ${id} of the team ${team}`, path: `/keys?key=${id}` }));
}
