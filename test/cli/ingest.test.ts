import { expect, it } from 'vitest';
import { configText, folderWith, inProcess, refusal, serving } from './run.ts';

const files = {
  'documents/returns.md': '# Returns\n\nA kettle can be returned within thirty days.\n',
  'documents/tea.txt': 'Green tea is brewed at eighty degrees.\n',
};

it('fieldgate ingest stores documents that a running server finds, and does not pay twice for what is unchanged', async () => {
  const cwd = folderWith(files);
  const server = await serving([], { cwd });
  await server.ready();
  const first = await inProcess(['ingest', 'documents'], { cwd });
  expect(first).toEqual({
    code: 0,
    out: '1  documents/returns.md\n2  documents/tea.txt\n"documents": 2 stored, 0 unchanged, 0 failed.\n',
    err: '',
  });
  const search =
    '{ aiSearch(input: { collection: "documents", query: "returned within thirty days" }) { ... on AiSearch { hits { passage { text } } } } }';
  expect(JSON.stringify(await server.ask(search))).toContain('thirty days');
  const again = await inProcess(['ingest', 'documents', '--collection', 'documents'], { cwd });
  expect(again.out).toContain('"documents": 0 stored, 2 unchanged, 0 failed.');
});

it('fieldgate ingest exits with 1 when a source fails, and stores the others', async () => {
  const cwd = folderWith({ ...files, 'documents/broken.pdf': 'no PDF at all' });
  const { code, out, err } = await inProcess(['ingest', 'documents'], { cwd });
  expect(code).toBe(1);
  expect(err).toContain('documents/broken.pdf: ');
  expect(out).toBe(
    '1  documents/broken.pdf\n2  documents/returns.md\n3  documents/tea.txt\n"documents": 2 stored, 0 unchanged, 1 failed.\n',
  );
});

it.each([
  [[], 'collections: { a: {} }', 'ingest takes files and folders'],
  [['nowhere'], 'collections: { a: {} }', 'There is no file or folder "nowhere".'],
  [['picture.png'], 'collections: { a: {} }', 'There is no document in picture.png.'],
  [['tea.txt'], 'collections: { a: {}, b: {} }', 'Say which collection with --collection: a, b.'],
  [['tea.txt'], 'collections: {}', 'The configuration has no collections.'],
  [['tea.txt', '--collection', 'c'], 'collections: { a: {} }', 'There is no collection "c" that you may write. Collections: a.'],
  [['tea.txt'], 'collections: { a: {} }, storage: { folder: null }', 'storage.folder is null'],
])('fieldgate ingest refuses %j with %s in a sentence', async (args, config, sentence) => {
  const cwd = folderWith({ 'gateway.config.ts': configText(config), 'tea.txt': 'tea', 'picture.png': 'x' });
  expect(await refusal(['ingest', ...args], cwd)).toContain(sentence);
});
