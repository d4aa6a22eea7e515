/** `schema/CONFIG.md`, made from the tables of `src/config/sections/` and from the comments above their entries. */
import { globSync, readFileSync } from 'node:fs';
import type { AnySetting, Table } from '../../src/config/kinds/setting.ts';
import { gatewaySection } from '../../src/config/sections/gateway-section.ts';

interface Chapter {
  readonly title: string;
  /** Names of sections, in their order. */
  readonly sections: readonly string[];
  /** The file in `examples/`. */
  readonly example: string;
}

const chapters: readonly Chapter[] = [
  { title: 'Providers and deployments', sections: ['deployments.<id>', 'deployments.<id>.price'], example: 'deployments' },
  { title: 'Prices in tiers', sections: ['deployments.<id>.price.tiers.<n>'], example: 'price-tiers' },
  { title: 'Routes', sections: ['routes.<name>', 'routes.<name>.hedge'], example: 'routes' },
  { title: 'Rules', sections: ['rules.<n>'], example: 'rules' },
  { title: 'Guardrails and masking', sections: ['guardrails.<n>', 'guard'], example: 'guards' },
  { title: 'Collections and documents', sections: ['collections.<name>', 'documents.<n>', 'retrieval'], example: 'collections' },
  { title: 'Organisations and teams', sections: ['organisations.<name>', 'teams.<name>', 'teams.<name>.agents.<name>'], example: 'teams' },
  { title: 'Budgets', sections: ['budgets.<n>', 'session', 'fieldLimits.<coordinate>'], example: 'budgets' },
  { title: 'Issuers of tokens', sections: ['issuers.<name>'], example: 'issuers' },
  { title: 'Callers without credentials', sections: ['anonymous'], example: 'anonymous' },
  {
    title: 'Graph',
    sections: ['graph', 'graph.subgraphs.<n>', 'graph.subgraphs.<n>.forwardHeaders.<n>', 'graph.contracts.<name>', 'graph.demandControl'],
    example: 'graph',
  },
  { title: 'Trusted documents', sections: ['graph.trustedDocuments'], example: 'trusted-documents' },
  {
    title: 'Supergraph of a registry',
    sections: ['graph.supergraph', 'graph.supergraph.hive', 'graph.supergraph.uplink'],
    example: 'supergraph',
  },
  { title: 'Kept answers', sections: ['cache'], example: 'cache' },
  { title: 'Storage', sections: ['storage'], example: 'storage' },
  { title: 'Server', sections: ['server', 'server.limits'], example: 'server' },
  { title: 'Telemetry', sections: ['telemetry', 'telemetry.metrics', 'telemetry.budgetWebhook'], example: 'telemetry' },
];

const introduction = `# Settings of \`gateway.config.ts\`

Made from the tables in \`src/config/sections/\`; \`npm run codegen\` writes it again, and a test fails while it is stale.

One typed file, \`export default defineConfig({ ... })\`. \`fieldgate check\` tells all mistakes of it at once, each with its path, the value
that stands there, and what would be accepted. Relative paths begin at the file. A setting without a default may be left out, unless it
is *needed*.
`;

export function configReference(): string {
  const tables = tablesOf();
  const unplaced = [...tables.keys()].filter((name) => name !== '' && !chapters.some(({ sections }) => sections.includes(name)));
  if (unplaced.length > 0) throw new Error(`The reference has no chapter for: ${unplaced.join(', ')}. Add it in config-reference.ts.`);
  const docs = comments();
  const tableText = (name: string): string => sectionTable(name, tables.get(name) ?? [], docs);
  return [
    introduction,
    `## The whole\n\n${tableText('')}`,
    ...chapters.map(
      ({ title, sections, example }) =>
        `## ${title}\n\n${sections.map((name) => `### \`${name}\`\n\n${tableText(name)}`).join('\n')}\n${exampleText(example)}`,
    ),
  ].join('\n');
}

/** By the names of their sections; a price has two tables, one or the other. */
function tablesOf(): Map<string, readonly Table[]> {
  const found = new Map<string, readonly Table[]>();
  const visit = (setting: AnySetting): void => {
    const { name, table } = setting as Partial<typeof gatewaySection>;
    if (name !== undefined && table !== undefined) {
      if (found.get(name)?.includes(table)) return;
      found.set(name, [...(found.get(name) ?? []), table]);
      for (const member of Object.values<AnySetting>(table)) visit(member);
    }
    for (const part of setting.facts.within ?? []) visit(part);
  };
  visit(gatewaySection);
  return found;
}

function sectionTable(name: string, tables: readonly Table[], docs: ReadonlyMap<string, string>): string {
  const rows = tables.flatMap((table) =>
    Object.entries(table).map(([key, setting]) => {
      const doc = docs.get(`${name} ${key}`);
      if (doc === undefined)
        throw new Error(`The setting ${name === '' ? key : `${name}.${key}`} has no comment above it that says what it is.`);
      return row([`\`${key}\``, typeText(setting), defaultText(setting), setting.facts.accepted, doc]);
    }),
  );
  return `${row(['setting', 'type', 'default', 'accepted', 'what it is'])}|---|---|---|---|---|\n${rows.join('')}`;
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

const typeText = ({ facts: { type, unit } }: AnySetting): string => (unit === undefined ? type : `${type}, ${unit}`);

function defaultText({ default: value, needed, facts: { otherwise } }: AnySetting): string {
  if (needed) return '*needed*';
  if (value === undefined) return otherwise ?? '';
  return typeof value === 'number' ? `\`${value.toLocaleString('en').replaceAll(',', '_')}\`` : `\`${JSON.stringify(value)}\``;
}

/** Of the entries of all tables: `server drainMs` -> "How long streams may go on at SIGTERM." */
function comments(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of [...globSync('src/config/sections/**/*.ts'), 'src/server/server-limits.ts']) {
    let section = '';
    const source = readFileSync(file, 'utf8').replace('export const limitTable =', "section('server.limits', ");
    for (const [, opened, comment = '', key] of source.matchAll(/section\(\s*'([^']*)',|\/\*\*((?:(?!\*\/).)*)\*\/\s+(\w+)[:,]/gs)) {
      if (opened !== undefined) section = opened;
      else found.set(`${section} ${key}`, comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim());
    }
  }
  return found;
}

function exampleText(example: string): string {
  const source = readFileSync(`test/config/examples/${example}.config.ts`, 'utf8');
  return `\`\`\`ts\n${source
    .replace(/'[./]+src\/index\.ts'/, "'fieldgate'")
    .replaceAll('../../../examples/', '')
    .trimEnd()}\n\`\`\`\n`;
}
