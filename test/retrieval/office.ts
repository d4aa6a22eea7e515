/** The smallest PDF and DOCX that carry headings and paragraphs: fixtures made here, so that no binary needs trust. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface OfficeParagraph {
  /** 0: a paragraph. */
  readonly heading: 0 | 1 | 2;
  readonly text: string;
}

/** One page per list of paragraphs, in Helvetica; lines are broken at 85 characters. Latin letters only. */
export function pdfOf(pages: readonly (readonly OfficeParagraph[])[], title: string | null = null): Uint8Array {
  const contents = pages.map(contentOf);
  const pageIds = contents.map((_, index) => 4 + index * 2);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...contents.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${Buffer.byteLength(content, 'latin1')} >>\nstream\n${content}\nendstream`,
    ]),
    `<< /Producer (Fieldgate)${title === null ? '' : ` /Title (${escaped(title)})`} >>`,
  ];
  let file = '%PDF-1.4\n';
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

const escaped = (text: string): string => text.replace(/[\\()]/g, '\\$&');

function contentOf(paragraphs: readonly OfficeParagraph[]): string {
  let y = 790;
  const lines = paragraphs.flatMap(({ heading, text }) => {
    const size = heading === 1 ? 20 : heading === 2 ? 15 : 11;
    y -= size * 1.6;
    return broken(text).map((line) => {
      const set = `BT /F1 ${size} Tf 1 0 0 1 60 ${y.toFixed(1)} Tm (${escaped(line)}) Tj ET`;
      y -= size * 1.25;
      return set;
    });
  });
  return lines.join('\n');
}

const broken = (text: string): string[] => text.match(/.{1,85}(?:\s|$)/g)?.map((line) => line.trim()) ?? [];

export function docxOf(paragraphs: readonly OfficeParagraph[]): Uint8Array {
  const xml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const body = paragraphs.map(
    ({ heading, text }) =>
      `<w:p>${heading === 0 ? '' : `<w:pPr><w:pStyle w:val="Heading${heading}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${xml(text)}</w:t></w:r></w:p>`,
  );
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const office = 'http://schemas.openxmlformats.org';
  return zipOf({
    '[Content_Types].xml': `${head}<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `${head}<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `${head}<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`,
  });
}

/** `declared` replaces the sizes that the archive says its files have: a bomb lies about them. */
export function zipOf(files: Readonly<Record<string, string | Buffer>>, declared: number | null = null): Uint8Array {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(declared ?? bytes.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    local.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, tail, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...local, listed, end]);
}
