/** What a test file has opened is closed when the file is over, in reverse order: `setup.ts` sees to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const closing: (() => Promise<void> | void)[] = [];

/** Runs when the test file is over. */
export const whenOver = (close: () => Promise<void> | void): void => void closing.push(close);

/** A folder that is deleted when the test file is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-'));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}
