import type { Chunk } from '../../core/chunk.ts';

/** Whether the chunk shows the reader something: from the first such chunk on, no other deployment may answer. */
export function isContent(chunk: Chunk): boolean {
  switch (chunk.type) {
    case 'text':
      return chunk.text !== '';
    case 'reasoning':
      return chunk.text !== '' || chunk.opaque !== undefined;
    case 'warning':
    case 'restart':
    case 'finish':
      return false;
    default:
      return true;
  }
}
