/** A file a subject; each adds its cases here. */
import { doorCases } from './door.ts';
import type { HostileCase } from './hostile-case.ts';

export const hostileCases: readonly HostileCase[] = [...doorCases];
