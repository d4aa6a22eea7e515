/** A file a subject; each adds its cases here. */
import { bodyCases } from './bodies.ts';
import { documentCases } from './documents.ts';
import { doorCases } from './door.ts';
import { guardCases } from './guards.ts';
import type { HostileCase } from './hostile-case.ts';
import { nameCases } from './names.ts';
import { quoteCases } from './quote.ts';
import { schemaCases } from './schema.ts';

export const hostileCases: readonly HostileCase[] = [
  ...bodyCases,
  ...documentCases,
  ...doorCases,
  ...guardCases,
  ...nameCases,
  ...schemaCases,
  ...quoteCases,
];
