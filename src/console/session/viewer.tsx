/** Who looks at the console, for what the pages may show. */
import { createContext, type ReactNode, useContext } from 'react';
import { useQuery } from '../data/use-query.ts';
import { Problem } from '../parts/problem.tsx';
import { ConsoleViewerDocument, type ConsoleViewerQuery } from './session.generated.ts';

export type Viewer = ConsoleViewerQuery['aiViewer'];

const ViewerContext = createContext<Viewer | null>(null);

export function ViewerGate({ children }: { readonly children: ReactNode }) {
  const { data, problem, refresh } = useQuery(ConsoleViewerDocument, {});
  if (data !== null) return <ViewerContext value={data.aiViewer}>{children}</ViewerContext>;
  return <div className="opening">{problem === null ? null : <Problem problem={problem} onRetry={refresh} />}</div>;
}

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error('A page is shown inside ViewerGate.');
  return viewer;
}

/** Each inner list is enough by itself, as in `@requiresScopes`. No list: everybody. */
export type NeededScopes = readonly (readonly string[])[];

export const isAllowed = ({ scopes }: Pick<Viewer, 'scopes'>, needed: NeededScopes = []): boolean =>
  needed.length === 0 || needed.some((all) => all.every((scope) => scopes.includes(scope)));
