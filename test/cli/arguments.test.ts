import { describe, expect, it } from 'vitest';
import { helpText, parseArguments } from '../../src/cli/arguments.ts';

describe('the arguments', () => {
  it('the arguments are those of serve when there is no command', () => {
    expect(parseArguments(['--port', '0', '--subgraph', 'a=http://a.test/', '--subgraph', 'b=http://b.test/'])).toMatchObject({
      command: 'serve',
      port: 0,
      ai: true,
      warmUp: true,
      subgraphs: [
        { name: 'a', url: 'http://a.test/' },
        { name: 'b', url: 'http://b.test/' },
      ],
    });
  });

  it.each([
    [
      ['deploy'],
      'There is no command "deploy". Commands: serve, check, compose, schema, quote, plan, explain, keys, teams, organisations, users, usage, ingest, subgraph.',
    ],
    [['check', 'extra'], '"check" takes options only, and "extra" is none.'],
    [['serve', '--budget', '3'], '--budget means nothing to "serve". It belongs to keys, teams, organisations.'],
    [['--port', '70000'], '--port is "70000". It must be a whole number from 0 to 65535'],
    [['--subgraph', 'products'], '--subgraph is "products". It must be NAME=URL'],
    [['--subgraph', 'a=http://a.test/', '--supergraph', 'x'], '--supergraph and --subgraph exclude each other'],
    [['--nonsense'], 'There is no option --nonsense. fieldgate --help lists them.'],
    [['-z'], 'There is no option -z.'],
    [['--hlep'], 'There is no option --hlep. Did you mean --help?'],
    [['keys', 'list', '--buget=5'], 'There is no option --buget. Did you mean --budget?'],
    [
      ['chekc'],
      'Commands: serve, check, compose, schema, quote, plan, explain, keys, teams, organisations, users, usage, ingest, subgraph. Did you mean check?',
    ],
    [['--port'], '--port needs a value: --port N.'],
    [['keys', 'create', '--budget', '-5'], '--budget needs a value: --budget USD. One that begins with a dash is written --budget=-….'],
    [['--no-ai=yes'], '--no-ai takes no value.'],
    [['--help=x'], '--help takes no value.'],
  ])('the command line refuses %j in a sentence', (argv, sentence) => {
    expect(() => parseArguments(argv)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(sentence) }),
    );
  });

  it('the arguments are explained on demand', () => {
    for (const argv of [['--help'], ['-h'], ['help']]) expect(parseArguments(argv)).toEqual({ about: 'help', of: null });
    for (const argv of [
      ['quote', '--help'],
      ['-h', 'quote'],
      ['help', 'quote'],
    ])
      expect(parseArguments(argv)).toEqual({ about: 'help', of: 'quote' });
    expect(parseArguments(['--version'])).toEqual({ about: 'version' });
    for (const line of ['quote FILE.graphql', 'keys ACTION [ID]', '--supergraph FILE']) expect(helpText()).toContain(line);
  });

  it('the arguments of one command are explained without those of the others', () => {
    expect(helpText('quote')).toMatch(/^fieldgate quote FILE\.graphql \[OPTIONS\]\n/);
    for (const option of ['--config FILE', '--variables FILE', '--operation NAME']) expect(helpText('quote')).toContain(option);
    for (const option of ['--budget', '--port', 'ingest']) expect(helpText('quote')).not.toContain(option);
  });
});
