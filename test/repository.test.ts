/** What a visitor of the repository reads first is true: license, editor, workflow, links, and the paths that pages name. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const text = (file: string): string => readFileSync(file, 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
};
const pages = [...globSync('*.md'), ...globSync('{schema,src,.github}/**/*.md')].toSorted();
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe('the repository', () => {
  it('the repository has the license that its manifest names', () => {
    expect(text('LICENSE')).toMatch(new RegExp(`^${manifest.license} License\n\nCopyright \\(c\\) \\d{4} The Fieldgate authors\n`));
  });

  it('the repository ships the schema with its documents', () => {
    expect(manifest.files).toContain('schema');
    expect(globSync('schema/*.md').toSorted()).toEqual(['schema/CONFIG.md', 'schema/ERRORS.md', 'schema/PROTOCOL.md']);
  });

  it('the repository tells editors what the formatter does', () => {
    const { formatter } = JSON.parse(text('.biome.json')) as {
      readonly formatter: { readonly indentStyle: string; readonly lineWidth: number };
    };
    expect(text('.editorconfig')).toContain(`indent_style = ${formatter.indentStyle}\n`);
    expect(text('.editorconfig')).toContain(`max_line_length = ${formatter.lineWidth}\n`);
  });

  it('the repository is tested by its workflow as by everybody else, on the Node that it needs', () => {
    const workflow = text('.github/workflows/ci.yml');
    expect(workflow).toContain('- run: bash .ci/run\n');
    expect(workflow).toContain(`node-version: ${manifest.engines.node.replace('>=', '')}\n`);
    expect(existsSync('.ci/run')).toBe(true);
  });

  it.each(['bug', 'feature'])('the repository has an issue form "%s" with the keys that GitHub asks for', (form) => {
    const lines = text(`.github/ISSUE_TEMPLATE/${form}.yml`);
    for (const key of ['name', 'description', 'body']) expect(lines).toMatch(new RegExp(`^${key}:`, 'm'));
    for (const [, type] of lines.matchAll(/^ {2}- type: (\w+)$/gm)) expect(['markdown', 'textarea', 'input']).toContain(type);
    const ids = [...lines.matchAll(/^ {4}id: (\w+)$/gm)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(pages)('the repository has no broken link in %s', (page) => {
    for (const [, link = ''] of text(page)
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(target), `${page}: ${link}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...text(target).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
      expect(headings, `${page}: ${link}`).toContain(anchor);
    }
  });

  it.each(pages)('the repository names paths and scripts in %s that are there', (page) => {
    const code = [...text(page).matchAll(/`([^`\n]+)`/g)].map(([, one = '']) => one);
    for (const path of code.filter((one) => /^(src|test|schema|examples|\.ci|\.github)\/[\w./-]+$/.test(one)))
      expect(existsSync(path), `${page}: ${path}`).toBe(true);
    for (const [, script = ''] of text(page).matchAll(/npm run ([\w:]+)/g)) expect(manifest.scripts, page).toHaveProperty([script]);
  });

  const sources = globSync(['src/**/*.ts', 'test/**/*.ts', 'schema/*.graphql', 'examples/**/*.{ts,graphql}']).map(text).join('\n');
  const words = new Set(sources.match(/\w+/g));

  /** The changelog tells old names too. */
  it.each(pages.filter((page) => page !== 'CHANGELOG.md'))(
    'the repository names functions, settings and fields in %s that there are',
    (page) => {
      const named = [...text(page).matchAll(/`([a-z]+[A-Z]\w*)[`(]/g)].map(([, name = '']) => name);
      expect(named.filter((name) => !words.has(name))).toEqual([]);
    },
  );

  it.each(['README.md', 'schema/PROTOCOL.md', 'src/README.md'])(
    'the repository has every section of %s in its table of contents',
    (page) => {
      const listed = [...text(page).matchAll(/^- \[(.+)\]\(#/gm)].map(([, title]) => title);
      const sections = [
        ...text(page)
          .replace(/```[\s\S]*?```/g, '')
          .matchAll(/^## (.+)$/gm),
      ].map(([, title]) => title);
      expect(listed).toEqual(sections);
    },
  );

  it('the repository has no address of e-mail in its pages', () => {
    for (const page of pages) expect(text(page)).not.toMatch(/[\w.]+@[\w-]+\.[a-z]{2,}/);
  });
});
