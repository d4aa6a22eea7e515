/** A file a subject; each adds its cases here. */
import type { HostileCase } from './hostile-case.ts';
import { quoteCases } from './quote.ts';
import { schemaCases } from './schema.ts';

export const hostileCases: readonly HostileCase[] = [...schemaCases, ...quoteCases];
