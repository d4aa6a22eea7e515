import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { withFlags } from '../../src/cli/graph-flags.ts';
import { plainConfig } from '../plain-config.ts';
import { temporaryFolder } from '../when-over.ts';

const graph = { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/' }], fields: ['ai.graphql'], prompts: 'prompts', pollMs: 5 };
const documents = [{ collection: 'documents', path: 'docs' }];

function flagged(...argv: readonly string[]) {
  const args = parseArguments(argv);
  if ('about' in args) throw new Error(args.about);
  return withFlags({ ...plainConfig, graph, documents } as never, args);
}

describe('the graph that flags ask for', () => {
  it('the graph that flags ask for is the one of the configuration when they name none', () => {
    expect(flagged().config.graph).toEqual(graph);
    expect(flagged('--port', '0', '--host', '::1').config.server).toMatchObject({ port: 0, host: '::1' });
  });

  it('the graph that flags ask for takes the place of its subgraphs, AI fields and prompts: they belong to another graph', () => {
    const { config } = flagged('--subgraph', 'books=http://127.0.0.1:2/');
    expect(config.graph).toEqual({ pollMs: 5, subgraphs: [expect.objectContaining({ name: 'books', url: 'http://127.0.0.1:2/' })] });
  });

  it('the graph that flags ask for has no AI subgraph with --no-ai, and then no documents, which nobody could ask for', () => {
    const { config } = flagged('--no-ai');
    expect(config.graph).toMatchObject({ ai: false, subgraphs: graph.subgraphs });
    expect(config).not.toHaveProperty('documents');
  });

  it('the graph that flags ask for is a supergraph file as it is; where it has no AI subgraph a note says so', () => {
    const file = join(temporaryFolder(), 'super.graphql');
    const with_ = (url: string): void =>
      writeFileSync(file, `enum join__Graph { ONE @join__graph(name: "one", url: "${url}") } type Query { a: Int }`);
    with_('http://127.0.0.1:2/');
    const without = flagged('--supergraph', file);
    expect(without.config.graph).toMatchObject({ supergraph: file, ai: false });
    expect(without.notes).toEqual([expect.stringContaining('has no AI subgraph')]);
    with_('local://ai');
    expect(flagged('--supergraph', file)).toMatchObject({ config: { graph: { supergraph: file, ai: true } }, notes: [] });
  });
});
