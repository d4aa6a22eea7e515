import { describe, expect, it } from 'vitest';
import { formatTable } from '../../src/cli/text/table.ts';

describe('a table of the command line', () => {
  it('a table of the command line has its words to the left, its numbers to the right, and nothing behind the last column', () => {
    const text = formatTable(
      ['Name', 'Cost', 'Note'],
      [
        ['a', '1.50', ''],
        ['longer', '12', 'ok'],
        ['b', '-', ''],
      ],
    );
    expect(text.split('\n')).toEqual(['Name    Cost  Note', 'a       1.50', 'longer    12  ok', 'b          -']);
  });

  it('a table of the command line is its headings alone when there is nothing to show', () => {
    expect(formatTable(['Name', 'Cost'], [])).toBe('Name  Cost');
  });

  it('a table of the command line leaves out the control characters of a name that a caller chose', () => {
    expect(formatTable(['tag:feature', 'calls'], [['\u001b[2Jsea\u202erch\n\u009b1A', '3']])).toBe(
      'tag:feature  calls\n[2Jsearch1A      3',
    );
  });
});
