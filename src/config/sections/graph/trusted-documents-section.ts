/** The documents that callers may send, as builds of clients list them. */
import { type DocumentList, readManifest, repeatedIds } from '../../../documents/manifest.ts';
import type { TrustLevel } from '../../../documents/trusted-documents.ts';
import { listOf } from '../../kinds/composed.ts';
import { section } from '../../kinds/section.ts';
import { needed } from '../../kinds/setting.ts';
import { file, oneOf } from '../../kinds/texts.ts';
import { pathIn } from '../../path-in.ts';

const levels = ['report', 'list', 'ids'] as const satisfies readonly TrustLevel[];

export const trustedDocumentsSection = section(
  'graph.trustedDocuments',
  {
    /**
     * Lists that builds of clients write: `persisted-documents.json` of graphql-codegen, that of Relay, the manifest of Apollo; a file or a
     * folder of `.graphql`, named by the SHA-256 of its text. Read again at SIGHUP.
     */
    files: needed(listOf(file())),
    /**
     * `report`: other documents run, and each is in the log once. `list`: other documents are refused, however a listed one is sent. `ids`: texts
     * are refused. A caller with the scope `ai:freeform` sends any.
     */
    level: oneOf(levels, { plural: 'Levels', default: 'list' }),
  },
  {
    rules: [
      {
        reads: ['files'],
        mistakes({ files }, path, { folder }) {
          const lists: DocumentList[] = [];
          const unread = files.flatMap((from, index) => {
            try {
              lists.push({ from, documents: readManifest(pathIn(folder, from)) });
              return [];
            } catch (error) {
              return [`${path}.files.${index}: ${error instanceof Error ? error.message : String(error)}`];
            }
          });
          return [...unread, ...repeatedIds(lists).map((sentence) => `${path}.files: ${sentence}`)];
        },
      },
    ],
  },
);
