/** The formats that can be read, and their file extensions. */
const formats = {
  'text/markdown': ['.md', '.markdown', '.mdx'],
  'text/plain': ['.txt', '.text'],
  'text/html': ['.html', '.htm', '.xhtml'],
  'application/pdf': ['.pdf'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['.docx'],
} as const;

export type MediaType = keyof typeof formats;

export const mediaTypes = Object.keys(formats) as readonly MediaType[];

/** The format of a media type, whatever its parameters and case; null for one that cannot be read. */
export function mediaTypeOf(declared: string): MediaType | null {
  const essence = (declared.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'text/x-markdown') return 'text/markdown';
  if (essence === 'application/xhtml+xml') return 'text/html';
  return mediaTypes.find((type) => type === essence) ?? null;
}

/** The format of a file by its ending; null for one that cannot be read. */
export function mediaTypeOfFile(name: string): MediaType | null {
  const lower = name.toLowerCase();
  return mediaTypes.find((type) => formats[type].some((ending) => lower.endsWith(ending))) ?? null;
}

export const endings: readonly string[] = Object.values(formats).flat();
