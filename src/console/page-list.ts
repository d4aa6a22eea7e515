/** The pages of the console, in the order of the rail. A page is one entry here and one file in `pages/`, which is loaded when it is opened. */
import { type ComponentType, lazy } from 'react';
import type { PageEntry } from './page-entry.ts';

const page = (load: () => Promise<ComponentType>): ComponentType => lazy(async () => ({ default: await load() }));

export const pages: readonly PageEntry[] = [
  {
    path: '/playground',
    name: 'Playground',
    icon: 'M6 4l14 8-14 8z',
    scopes: [['ai:use']],
    Component: page(async () => (await import('./pages/playground/playground-page.tsx')).PlaygroundPage),
    find: async (...asked) => (await import('./pages/playground/find-routes.ts')).findRoutes(...asked),
  },
  {
    path: '/spend',
    name: 'Spend',
    icon: 'M4 20V4M4 20h16M8 20v-6M12 20V9M16 20v-9',
    scopes: [['ai:usage'], ['ai:usage:all']],
    Component: page(async () => (await import('./pages/spend/spend-page.tsx')).SpendPage),
  },
  {
    path: '/fields',
    name: 'Fields',
    icon: 'M4 5h16M4 12h10M4 19h7M17 15v6M14 18h6',
    scopes: [['ai:use']],
    Component: page(async () => (await import('./pages/fields/fields-page.tsx')).FieldsPage),
    find: async (...asked) => (await import('./pages/fields/find-fields.ts')).findFields(...asked),
  },
  {
    path: '/editor',
    name: 'Editor',
    icon: 'M8 5l-5 7 5 7M16 5l5 7-5 7M13 4l-2 16',
    scopes: [['ai:use']],
    Component: page(async () => (await import('./pages/editor/editor-page.tsx')).EditorPage),
  },
  {
    path: '/keys',
    name: 'Keys and teams',
    icon: 'M14 10a4 4 0 1 0-4 4l1 0 2 2h2v2h2v2h4v-3l-7-6z',
    scopes: [['ai:keys'], ['ai:keys:all'], ['ai:teams'], ['ai:teams:all']],
    Component: page(async () => (await import('./pages/keys/keys-page.tsx')).KeysPage),
    find: async (...asked) => (await import('./pages/keys/find-keys.ts')).findKeys(...asked),
  },
  {
    path: '/documents',
    name: 'Documents',
    icon: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
    scopes: [['ai:use']],
    Component: page(async () => (await import('./pages/documents/documents-page.tsx')).DocumentsPage),
  },
  {
    path: '/live',
    name: 'Live',
    icon: 'M3 12h4l3-8 4 16 3-8h4',
    scopes: [['ai:usage'], ['ai:usage:all']],
    Component: page(async () => (await import('./pages/live/live-page.tsx')).LivePage),
  },
  {
    path: '/health',
    name: 'Health',
    icon: 'M12 20s-7-4.5-7-10a4 4 0 0 1 7-2.5A4 4 0 0 1 19 10c0 5.5-7 10-7 10z',
    scopes: [['ai:metrics'], ['ai:usage:all']],
    Component: page(async () => (await import('./pages/health/health-page.tsx')).HealthPage),
  },
];
