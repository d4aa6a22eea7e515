import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Lexer } from 'marked';
import { describe, expect, it, vi } from 'vitest';
import { openDocuments } from '../../../src/retrieval/documents/documents.ts';
import { type MediaType, mediaTypeOf, mediaTypeOfFile } from '../../../src/retrieval/documents/media-type.ts';
import type { ExtractedDocument } from '../../../src/retrieval/documents/parsed-document.ts';
import { startDocumentProcess } from '../../../src/retrieval/documents/process.ts';
import { readDocument, type SourceContent } from '../../../src/retrieval/documents/read-document.ts';
import { readSource } from '../../../src/retrieval/ingestion/read-source.ts';
import { whenOver } from '../../when-over.ts';
import { docxOf, pdfOf, zipOf } from '../office.ts';

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const signal = new AbortController().signal;
const contentOf = (mediaType: MediaType, content: string | Uint8Array, charset: string | null = null): SourceContent => ({
  mediaType,
  charset,
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
});
const read = (...content: Parameters<typeof contentOf>) => readDocument(contentOf(...content));
const documents = openDocuments();
whenOver(() => documents.close());
const readInProcess = (...content: Parameters<typeof contentOf>) => documents.read(contentOf(...content), 10_000, 'team:a', signal);
const blocksOf = ({ text, blocks }: ExtractedDocument) => blocks.map(({ start, end, kind }) => [kind, text.slice(start, end)]);

describe('a document', () => {
  it('a document in Markdown keeps its text and tells its structure', async () => {
    const document = await read(
      'text/markdown',
      '# Title\r\n\r\nOne\r\ntwo.\r\n\r\n- a\r\n- b\r\n\r\n| x |\r\n|---|\r\n| 1 |\r\n\r\n```\r\ncode\r\n```\r\n',
    );
    expect(document.title).toBe('Title');
    expect(blocksOf(document)).toEqual([
      ['heading', '# Title'],
      ['paragraph', 'One\ntwo.'],
      ['list', '- a\n- b'],
      ['table', '| x |\n|---|\n| 1 |'],
      ['code', '```\ncode\n```'],
    ]);
  });

  it.each(['> ', '- ', '1. ', '* > 2) ', '\t- '])(
    'a document in Markdown that nests "%s" too deeply to be understood is still read as text',
    async (mark) => {
      const lexed = vi.spyOn(Lexer.prototype, 'blockTokens');
      const document = await read('text/markdown', `# Title\n\n${mark.repeat(2_600)}deep`);
      expect(lexed).not.toHaveBeenCalled();
      lexed.mockRestore();
      expect(document.text.endsWith('deep')).toBe(true);
      expect(document.blocks.map(({ kind }) => kind)).toEqual(['paragraph', 'paragraph']);
    },
  );

  it('a document in Markdown is understood where a line is long for another reason than nesting', async () => {
    const border = `+${'-'.repeat(150)}+${'-'.repeat(150)}+`;
    const long = [border, '-'.repeat(300), '1.2.3.4.'.repeat(40), ' '.repeat(400), `${' '.repeat(250)}code();`, '+'.repeat(300)];
    const document = await read('text/markdown', `# Title\n\n${long.join('\n\n')}\n\n- one\n  - two\n`);
    expect(document.blocks[0]).toMatchObject({ kind: 'heading', level: 1 });
    expect(document.blocks.at(-1)).toMatchObject({ kind: 'list' });
  });

  it('a document in HTML gives headings, paragraphs, lists, tables and code, and leaves out what is not content', async () => {
    const document = await read(
      'text/html',
      `<html><head><title>The  page</title><style>p{}</style><script>alert(1)</script></head><body><nav>Menu</nav>
      <h1>Ope&shy;ning <em>hours</em></h1><p>We are <b>open</b>
      daily.<br>Come in!</p><div hidden>secret</div><span aria-hidden="true">x</span>
      <ul><li>Monday<ul><li>from nine</li></ul></li><li><p>Tuesday</p></li></ul>
      <table><tr><th>Day</th><th>Hours</th></tr><tr><td>Sunday</td><td>closed</td></tr></table>
      <pre>let a;
  let b;</pre>Loose text</body></html>`,
    );
    expect(document.title).toBe('The page');
    expect(blocksOf(document)).toEqual([
      ['heading', 'Ope\u00adning hours'],
      ['paragraph', 'We are open daily.\nCome in!'],
      ['list', '- Monday\n  - from nine\n- Tuesday'],
      ['table', '| Day | Hours |\n| Sunday | closed |'],
      ['code', 'let a;\n  let b;'],
      ['paragraph', 'Loose text'],
    ]);
  });

  it('a document in PDF gives its paragraphs, its headings by their size and its title', async () => {
    const long = 'A tent is made for nights outside, and it keeps the rain out for as long as its seams are sealed with care.';
    const file = pdfOf(
      [
        [
          { heading: 1, text: 'Tents' },
          { heading: 0, text: long },
          { heading: 0, text: 'Poles are spare parts.' },
        ],
        [{ heading: 0, text: 'Page two.' }],
      ],
      'Guide',
    );
    const document = await read('application/pdf', file);
    expect(document.title).toBe('Guide');
    expect(blocksOf(document)).toEqual([
      ['heading', 'Tents'],
      ['paragraph', long],
      ['paragraph', 'Poles are spare parts.'],
      ['paragraph', 'Page two.'],
    ]);
  });

  it('a document in DOCX gives headings and paragraphs', async () => {
    const document = await read(
      docx,
      docxOf([
        { heading: 1, text: 'Gift cards' },
        { heading: 0, text: 'A card is valid for < 3 years.' },
      ]),
    );
    expect(document.title).toBe('Gift cards');
    expect(blocksOf(document)).toEqual([
      ['heading', 'Gift cards'],
      ['paragraph', 'A card is valid for < 3 years.'],
    ]);
  });

  it('a document may be in another encoding when it says so', async () => {
    const latin = Buffer.from('<meta charset="windows-1252"><p>Caf\u00e9</p>', 'latin1');
    expect((await read('text/html', latin)).text).toBe('Café');
    expect((await read('text/plain', Buffer.from('Caf\u00e9', 'latin1'), 'iso-8859-1')).text).toBe('Café');
    expect((await read('text/plain', Buffer.from('\ufeffCafé', 'utf16le'))).text).toBe('Café');
  });

  it('a document is known by its media type and by the ending of its file', () => {
    expect(mediaTypeOf('Text/HTML; charset=utf-8')).toBe('text/html');
    expect(mediaTypeOf('image/png')).toBeNull();
    expect(mediaTypeOfFile('Guide.PDF')).toBe('application/pdf');
    expect(mediaTypeOfFile('photo.jpg')).toBeNull();
  });
});

describe('a source that cannot be read is refused with a sentence', () => {
  it.each([
    ['bytes that are no text', 'text/plain', Buffer.from([0xff, 0x00, 0xc3, 0x28]), /no text in utf-8/],
    ['an encoding that does not exist', 'text/html', '<meta charset=klingon><p>x', /no text in klingon/],
    ['a broken PDF', 'application/pdf', 'no pdf at all', /no PDF that can be read/],
    ['a PDF without text', 'application/pdf', pdfOf([[]]), /no text in it/],
    ['a broken DOCX', docx, 'PK no zip', /no readable ZIP archive/],
    ['a ZIP that is no DOCX', docx, zipOf({ 'a.txt': 'a' }), /no Word document/],
    ['a page that is nested without end', 'text/html', '<div>'.repeat(300_000), /deeper than 5000 levels/],
    ['an empty text', 'text/markdown', ' \n\n<!-- only a comment -->', /no text in it/],
    ['more text than a source may have', 'text/plain', 'word '.repeat(1_000_000), /5000000 characters/],
  ] as const)('a source that cannot be read is refused with a sentence: %s', async (_, mediaType, content, message) => {
    await expect(readInProcess(mediaType, content)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(message) });
  });

  it('an archive that unpacks to far more than it says', async () => {
    const bomb = zipOf({ 'word/document.xml': Buffer.alloc(120_000_000) }, 1_000);
    expect(bomb.length).toBeLessThan(1_000_000);
    await expect(readInProcess(docx, bomb)).rejects.toMatchObject({ message: expect.stringMatching(/unpacks to more than 100 MB/) });
  });

  it.each([
    ['entities', '&amp;'.repeat(350_000)],
    ['a list of one level', `<ul>${'<li>x '.repeat(300_000)}`],
  ])(
    'a source that cannot be read is refused with a sentence, but not a long page of %s, whose time grows with its length only',
    async (_, content) => {
      const { passages } = await readInProcess('text/html', content);
      expect(passages.reduce((sum, { text }) => sum + text.length, 0)).toBeGreaterThan(300_000);
    },
  );

  it('a source that cannot be read is refused with a sentence, and reading stops when the caller leaves', async () => {
    const controller = new AbortController();
    const reading = documents.read(contentOf('application/pdf', pdfOf([[{ heading: 0, text: 'x' }]])), 10, 'team:a', controller.signal);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('a source that cannot be read is refused with a sentence, and reading goes on when the gateway is told to end, until the gateway has: they are signalled together', async () => {
    const worker = fork(new URL('../../../src/retrieval/documents/document-worker.ts', import.meta.url), { serialization: 'advanced' });
    worker.send({ source: contentOf('text/plain', 'x'), maxPassages: 1 });
    await once(worker, 'message');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) worker.kill(signal);
    worker.disconnect();
    await expect(once(worker, 'exit')).resolves.toEqual([0, null]);
  });
});

const filled = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);

/** As deeply as lists are read. */
const takesSeconds = filled(`${'- '.repeat(90)}x\n`, 1_000_000);

describe('what takes long to understand', () => {
  it.each([
    ['nested lists', 'text/markdown', `${'- '.repeat(90)}x\n`],
    ['nested numbered lists', 'text/markdown', `${'1. '.repeat(90)}x\n`],
    ['nested quotations', 'text/markdown', `${'> '.repeat(90)}x\n`],
    ['lists in quotations', 'text/markdown', '- 1. > '],
    ['lazy lines', 'text/markdown', '- a\nb\n'],
    ['emphasis', 'text/markdown', '*a _b '],
    ['open brackets', 'text/markdown', '['],
    ['link definitions', 'text/markdown', '[a]: /b "c"\n'],
    ['tables', 'text/markdown', '|a|\n|-|\n'],
    ['nested elements', 'text/html', '<div>'],
    ['attributes', 'text/html', '<a b="c" '],
    ['sentences', 'text/plain', 'a. '],
  ] as const)(
    'what takes long to understand such as 8,000 bytes of %s is not read on the event loop: it can be given up at once',
    async (_, mediaType, piece) => {
      const controller = new AbortController();
      const reading = documents.read(contentOf(mediaType, filled(piece, 8_000)), 10_000, 'team:a', controller.signal);
      setImmediate(() => controller.abort());
      await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    },
  );

  it('what takes long to understand ends with the gateway, also with one that is killed, however long it would take', async () => {
    const worker = fork(new URL('../../../src/retrieval/documents/document-worker.ts', import.meta.url), { serialization: 'advanced' });
    worker.send({ source: contentOf('text/plain', 'x'), maxPassages: 1 });
    await once(worker, 'message');
    worker.send({ source: contentOf('text/markdown', takesSeconds), maxPassages: 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    worker.disconnect();
    await expect(once(worker, 'exit')).resolves.toEqual([0, null]);
  });
});

describe('the processes that read', () => {
  const counted = () => {
    let started = 0;
    const opened = openDocuments({
      start() {
        started += 1;
        return startDocumentProcess();
      },
    });
    whenOver(() => opened.close());
    return { opened, started: () => started };
  };

  it('the processes that read documents read many texts one after another, and give what is read on the event loop', async () => {
    const { opened, started } = counted();
    const text = contentOf('text/markdown', `# Lamps\n\n${filled('Lamps glow for ten hours. ', 2_000)}`);
    const inPlace = await readSource(text, 10);
    for (let source = 0; source < 50; source += 1) expect(await opened.read(text, 10, 'team:a', signal)).toEqual(inPlace);
    expect(started()).toBe(1);
  });

  it('the processes that read documents have a library unpack one file each, and are gone after one that was given up or broke them', async () => {
    const { opened, started } = counted();
    const text = contentOf('text/markdown', filled('Lamps glow. ', 2_000));
    const pdf = contentOf('application/pdf', pdfOf([[{ heading: 0, text: 'Lamps glow.' }]]));
    for (let file = 0; file < 2; file += 1) await opened.read(pdf, 10, 'team:a', signal);
    expect(started()).toBe(2);
    await opened.read(text, 10, 'team:a', signal);
    const leaving = new AbortController();
    const reading = opened.read(contentOf('text/markdown', takesSeconds), 10, 'team:a', leaving.signal);
    setTimeout(() => leaving.abort(), 50);
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await opened.read(text, 10, 'team:a', signal)).toMatchObject({ title: null });
    expect(started()).toBe(4);
  });

  it('the processes that read documents give their place back where the system starts none', async () => {
    let refusals = 0;
    const opened = openDocuments({
      maxProcesses: 1,
      start() {
        refusals += 1;
        throw new Error('spawn EMFILE');
      },
    });
    const text = contentOf('text/markdown', filled('Lamps glow. ', 2_000));
    for (let source = 0; source < 2; source += 1) await expect(opened.read(text, 10, 'team:a', signal)).rejects.toThrow('EMFILE');
    expect(refusals).toBe(2);
  });

  it('the processes that read documents say how many passages a source may make', async () => {
    const text = contentOf('text/markdown', filled('# a\n\nb\n\n', 2_000));
    await expect(documents.read(text, 3, 'team:a', signal)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/^It makes \d+ passages; a source may make 3\. Split it\.$/),
    });
  });
});
