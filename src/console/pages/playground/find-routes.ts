import type { Found } from '../../page-entry.ts';
import { gate } from '../../session/gate.ts';
import type { Viewer } from '../../session/viewer.tsx';
import { PlaygroundChoicesDocument } from './playground.generated.ts';

export async function findRoutes(_viewer: Viewer, signal: AbortSignal): Promise<readonly Found[]> {
  const { data } = await gate.query(PlaygroundChoicesDocument, {}, { signal });
  const routes = data.aiRoutes.map(({ name }) => ({ name, about: 'route', path: `/playground?${new URLSearchParams({ route: name })}` }));
  const collections = data.aiCollections.map(({ name }) => ({
    name,
    about: 'collection of documents',
    path: `/playground?${new URLSearchParams({ collection: name })}`,
  }));
  return [...routes, ...collections];
}
