/** The browser of this machine, in which pages are tested. */
import { existsSync } from 'node:fs';

/** The first has no windows, and takes a third of the processor. */
const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

interface Surroundings {
  readonly CI?: string | undefined;
  readonly FIELDGATE_WITHOUT_BROWSER?: string | undefined;
}

/** Null: there is none, and the tests of pages are skipped by name. CI says so beforehand, else it throws: a green run would not tell that they are missing. */
export function installedBrowser(surroundings: Surroundings, exists: (path: string) => boolean = existsSync): string | null {
  const found = places.find(exists) ?? null;
  if (found === null && isSet(surroundings.CI) && !isSet(surroundings.FIELDGATE_WITHOUT_BROWSER))
    throw new Error(
      `CI has no browser, so the tests of pages would be skipped. Install one (looked for: ${places.join(', ')}), or set FIELDGATE_WITHOUT_BROWSER=1 where none can be installed.`,
    );
  return found;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== 'false';
