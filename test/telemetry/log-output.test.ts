import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { logOutput, type Sink } from '../../src/telemetry/log-output.ts';
import { repeatedSeldom } from '../../src/telemetry/repeated-warnings.ts';
import { newGate } from '../raw-upstream.ts';

const linesOf = (count: number, from = 0): readonly string[] => Array.from({ length: count }, (_, index) => `line ${from + index}\n`);

describe('the output of the log', () => {
  it('the output of the log writes the lines of one turn of the event loop in one write, in order', async () => {
    const writes: string[] = [];
    const output = logOutput({ sink: async (text) => void writes.push(text) });
    for (const line of linesOf(3)) output.write(line);
    await output.flush(1_000);
    expect(writes).toEqual(['line 0\nline 1\nline 2\n']);
    expect(output.dropped()).toBe(0);
  });

  it('the output of the log keeps nobody waiting for a sink that does not answer: it holds a bounded number of bytes, and counts what it drops', async () => {
    const gate = newGate();
    const writes: string[] = [];
    const sink: Sink = async (text) => {
      await gate.opened;
      writes.push(text);
    };
    const output = logOutput({ sink, maxWaiting: 100 });
    output.write('first\n');
    await turn();
    await turn();
    for (const line of linesOf(1_000)) output.write(line);
    const dropped = output.dropped();
    expect(dropped).toBeGreaterThan(900);
    await output.flush(1);
    gate.open();
    await output.flush(5_000);
    expect(writes[0]).toBe('first\n');
    const [lost = '', ...rest] = (writes[1] ?? '').split('\n');
    expect(JSON.parse(lost)).toMatchObject({ level: 'warn', lines: dropped });
    expect(rest.slice(0, 2)).toEqual(['line 0', 'line 1']);
  });

  it('the output of the log drops what a full disk does not take, tries again later, and says then how much was lost', async () => {
    let full = true;
    const writes: string[] = [];
    const sink: Sink = async (text) => {
      if (full) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      writes.push(text);
    };
    const output = logOutput({ sink, retryMs: 0 });
    for (const line of linesOf(5)) {
      output.write(line);
      await output.flush(1_000);
    }
    expect(output.dropped()).toBe(5);
    full = false;
    output.write('after\n');
    await output.flush(1_000);
    const [lost = '', after] = (writes[0] ?? '').split('\n');
    expect(JSON.parse(lost)).toMatchObject({ lines: 5, msg: expect.stringContaining('lost') });
    expect(after).toBe('after');
    output.write('once more\n');
    await output.flush(1_000);
    expect(writes[1]).toBe('once more\n');
  });

  it('the output of the log asks a sink that failed for nothing until it has rested', async () => {
    let asked = 0;
    const output = logOutput({
      sink: async () => {
        asked += 1;
        throw new Error('EIO');
      },
      retryMs: 60_000,
    });
    for (const line of linesOf(100)) {
      output.write(line);
      await turn();
    }
    expect([asked, output.dropped()]).toEqual([1, 100]);
  });
});

it('a warning that comes again and again is said once in a while, with how often it was held back', () => {
  let time = 0;
  const said: unknown[] = [];
  const warn = repeatedSeldom((sentence, fields) => said.push([sentence, fields]), { everyMs: 1_000, monotonicMs: () => time });
  for (; time < 1_000; time += 50) warn('The disk is full.', { cause: 'ENOSPC' });
  warn('Something else.', {});
  warn('The disk is full.', { cause: 'ENOSPC' });
  expect(said).toEqual([
    ['The disk is full.', { cause: 'ENOSPC' }],
    ['Something else.', {}],
    ['The disk is full.', { cause: 'ENOSPC', repeated: 19 }],
  ]);
});
