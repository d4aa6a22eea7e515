/** The console of operators at `/console`: pages that the build of this package has left in `dist/console`. What they show they ask of the graph. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuiltPage, readBuiltPage } from './built-pages.ts';

/** Of the package, whether it runs from its sources or as it is published. */
const builtFolder = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../dist/console' : '../../console', import.meta.url));

const isConsoleBuilt = (): boolean => existsSync(`${builtFolder}/index.html`);

/** For a checkout: the package that is published has it. */
export const howToBuildConsole = 'not built yet: run `npm run build` in the folder of Fieldgate, and start again';

/** None where it is not built: the gateway serves the graph without it. */
export const readConsole = (): readonly BuiltPage[] => (isConsoleBuilt() ? [readBuiltPage('/console', builtFolder)] : []);
