import { appendFileSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileLine, linesIn, openJournalFile } from '../../../src/storage/journal/journal-file.ts';
import { temporaryFolder } from '../state.ts';

async function linesOf(path: string, position = 0): Promise<FileLine[]> {
  const lines: FileLine[] = [];
  for await (const line of linesIn(path, position)) lines.push(line);
  return lines;
}
const textsOf = async (path: string, position = 0) => (await linesOf(path, position)).map((line) => line.text);

describe('a journal file', () => {
  it('a journal file gives back what was appended, from any position it named', async () => {
    const path = join(temporaryFolder(), 'journal');
    const journal = openJournalFile(path);
    const ends = ['one', '"zwei 🦆"', ''].map((text) => journal.append(text));
    expect(await textsOf(path)).toEqual(['one', '"zwei 🦆"', '']);
    expect((await linesOf(path)).map((line) => line.end)).toEqual(ends);
    expect(await textsOf(path, ends[0])).toEqual(['"zwei 🦆"', '']);
    journal.close();
  });

  it('a journal file cut anywhere, gives every whole line and never a wrong one', async () => {
    const path = join(temporaryFolder(), 'journal');
    const journal = openJournalFile(path);
    const ends = ['{"a":1}', '{"b":22}', '{"c":"ü"}'].map((text) => journal.append(text));
    journal.close();
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        writeFileSync(path, whole.subarray(0, length));
        const texts = (await textsOf(path)).filter((text) => text !== null);
        expect(texts).toEqual(['{"a":1}', '{"b":22}', '{"c":"ü"}'].slice(0, ends.filter((end) => end <= length).length));
      }),
    );
  });

  it('a journal file goes on behind a torn line without losing the next', async () => {
    const path = join(temporaryFolder(), 'journal');
    appendFileSync(path, 'deadbeef{"torn":');
    const journal = openJournalFile(path);
    journal.append('next');
    journal.close();
    expect(await textsOf(path)).toEqual([null, 'next']);
  });

  it('a journal file reads lines that are longer than the pieces of a file stream', async () => {
    const path = join(temporaryFolder(), 'journal');
    const journal = openJournalFile(path);
    const long = 'x'.repeat(200_000);
    journal.append(long);
    journal.append('short');
    journal.close();
    expect(await textsOf(path)).toEqual([long, 'short']);
  });

  it.skipIf(!existsSync('/dev/full'))('a journal file throws on a full disk, and works when there is room again', async () => {
    const path = join(temporaryFolder(), 'journal');
    symlinkSync('/dev/full', path);
    const journal = openJournalFile(path);
    expect(() => journal.append('one')).toThrow(/ENOSPC/);
    rmSync(path);
    journal.append('one');
    journal.close();
    expect(await textsOf(path)).toEqual(['one']);
  });
});
