import type { Found } from '../../page-entry.ts';
import { gate } from '../../session/gate.ts';
import type { Viewer } from '../../session/viewer.tsx';
import { FieldNamesDocument } from './fields.generated.ts';

export async function findFields(_viewer: Viewer, signal: AbortSignal): Promise<readonly Found[]> {
  const { data } = await gate.query(FieldNamesDocument, {}, { signal });
  return data.aiFields.map(({ coordinate }) => ({
    name: coordinate,
    about: 'AI field',
    path: `/fields?${new URLSearchParams({ field: coordinate })}`,
  }));
}
