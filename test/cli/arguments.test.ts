import { describe, expect, it } from 'vitest';
import { helpText, parseArguments } from '../../src/cli/arguments.ts';

describe('the arguments', () => {
  it('are those of serve when there is no command', () => {
    expect(parseArguments(['--port', '0', '--subgraph', 'a=http://a.test/', '--subgraph', 'b=http://b.test/'])).toMatchObject({
      command: 'serve',
      port: 0,
      ai: true,
      subgraphs: [
        { name: 'a', url: 'http://a.test/' },
        { name: 'b', url: 'http://b.test/' },
      ],
    });
  });

  it.each([
    [['deploy'], 'There is no command "deploy". Commands: serve, check, compose, quote, keys, ingest, subgraph.'],
    [['check', 'extra'], '"check" takes options only, and "extra" is none.'],
    [['serve', '--budget', '3'], '--budget means nothing to "serve". It belongs to keys.'],
    [['--port', '70000'], '--port is "70000". It must be a whole number from 0 to 65535'],
    [['--subgraph', 'products'], '--subgraph is "products". It must be NAME=URL'],
    [['--subgraph', 'a=http://a.test/', '--supergraph', 'x'], '--supergraph and --subgraph exclude each other'],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--port'], "Option '--port <value>' argument missing"],
  ])('refuses %j in a sentence', (argv, sentence) => {
    expect(() => parseArguments(argv)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(sentence) }),
    );
  });

  it('are explained on demand', () => {
    for (const argv of [['quote', '--help'], ['-h'], ['help']]) expect(parseArguments(argv)).toBe('help');
    expect(parseArguments(['--version'])).toBe('version');
    for (const line of ['quote FILE.graphql', 'keys create | list | revoke ID', '--supergraph FILE']) expect(helpText()).toContain(line);
  });
});
