/** A file a subject; each adds its cases here. */
import type { HostileCase } from './hostile-case.ts';
import { schemaCases } from './schema.ts';

export const hostileCases: readonly HostileCase[] = [...schemaCases];
