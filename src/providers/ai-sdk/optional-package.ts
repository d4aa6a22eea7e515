/** The AI SDK's packages are installed by those who use them: they are optional, and loaded with the first request. */
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/** Throws a sentence that says what to install; nothing is loaded. `find` throws where the package is not found. */
export function requirePackage(name: string, major: number, find: (specifier: string) => unknown = resolve): void {
  try {
    find(`${name}/package.json`);
  } catch {
    throw new Error(`It needs the package ${name}, which is not installed. Install it: npm install ${name}@${major}`);
  }
}
