/** Runs before each test file, also in a worker that has run others: a hook of a shared module would be registered for the first file alone. */
import { afterAll } from 'vitest';
import { closeAll } from './when-over.ts';

afterAll(closeAll);
