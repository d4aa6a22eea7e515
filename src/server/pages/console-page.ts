/** The console of operators at `/console`: pages that the build of this package has left in `dist/console`. What they show they ask of the graph. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { once } from '../../core/once.ts';
import { type BuiltPage, readBuiltPage } from './built-pages.ts';

/** Of the package, whether it runs from its sources or as it is published. */
const builtFolder = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../dist/console' : '../../console', import.meta.url));

const isConsoleBuilt = (): boolean => existsSync(`${builtFolder}/index.html`);

/** For a checkout: the package that is published has it. */
export const howToBuildConsole = 'not built yet: run `npm run build` in the folder of Fieldgate, and start again';

const read = once((): BuiltPage => readBuiltPage('/console', builtFolder));

/** None where it is not built: the gateway serves the graph without it. A further gateway in the process, as of the warm-up, serves the same. */
export const readConsole = (): readonly BuiltPage[] => (isConsoleBuilt() ? [read()] : []);
