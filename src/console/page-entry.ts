import type { ComponentType } from 'react';
import type { NeededScopes, Viewer } from './session/viewer.tsx';

/** Something that the palette (Ctrl-K) finds. */
export interface Found {
  /** As people call it. */
  readonly name: string;
  /** What it is, such as `key of the team search`. */
  readonly about: string;
  /** Behind the `#`, such as `/keys?key=3f9a`. */
  readonly path: string;
}

export interface PageEntry {
  readonly path: `/${string}`;
  readonly name: string;
  /** The `d` of a path of 24 by 24, drawn as a line. */
  readonly icon: string;
  /** Each inner list is enough by itself. Who has none of them does not see the page, and is told so in one line. Default: everybody. */
  readonly scopes?: NeededScopes;
  readonly Component: ComponentType;
  /** What the palette finds beside the page: asked for when the palette opens, by those who see the page. */
  readonly find?: (viewer: Viewer, signal: AbortSignal) => Promise<readonly Found[]>;
}
