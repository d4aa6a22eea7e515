/**
 * Reads sources and cuts them into passages in separate processes with bounds on memory and time; only the shortest texts
 * are read in the gateway.
 *
 * Sources are other people's files. A hostile file ends such a process and not the gateway, sees none of the gateway's
 * secrets, and delays no other request. A thread would leave 10 to 30 MB of memory with the gateway. Formats that are
 * unpacked by a library get a process each. Texts share one process, which is kept for a while, because they may come by the
 * thousand.
 */
import { abortError } from '../../core/turns/abort.ts';
import { fairPlaces } from '../../core/turns/fair-places.ts';
import { type ReadSource, readSource } from '../ingestion/read-source.ts';
import { type DocumentProcess, startDocumentProcess } from './process.ts';
import type { SourceContent } from './read-document.ts';

export interface Documents {
  /** `tenant`: tenants take turns. Throws BAD_REQUEST with a sentence about the source for what cannot be read within the bounds. */
  read(source: SourceContent, maxPassages: number, tenant: string, signal: AbortSignal): Promise<ReadSource>;
  /** Ends the processes. Sources that are being read are refused. */
  close(): void;
}

export interface DocumentsOptions {
  /** Maximum number of processes at a time. One tenant has one less, but at least one. Default 2. */
  readonly maxProcesses?: number;
  /** How long an idle process is kept, in milliseconds. Default 10 s. */
  readonly idleMs?: number;
  /** How many texts one process reads. Default 500. */
  readonly maxSourcesPerProcess?: number;
  readonly start?: () => DocumentProcess;
}

/**
 * The longest source of each format that is read on the event loop, in bytes. What parses markup takes time in the square of its
 * length for some texts: a list item in a list item 4,000 times held everybody up for half a second, 500 times for 5 ms.
 */
const inlineBytes: Readonly<Partial<Record<SourceContent['mediaType'], number>>> = {
  'text/plain': 4_000,
  'text/markdown': 1_000,
  'text/html': 1_000,
};
const isText = ({ mediaType }: SourceContent): boolean => inlineBytes[mediaType] !== undefined;

export function openDocuments(options: DocumentsOptions = {}): Documents {
  const { maxProcesses = 2, idleMs = 10_000, maxSourcesPerProcess = 500, start = startDocumentProcess } = options;
  const places = fairPlaces({ maxPlaces: maxProcesses, maxPerTenant: Math.max(1, maxProcesses - 1) });
  const all = new Set<DocumentProcess>();
  const idle: { readonly reader: DocumentProcess; readonly timer: NodeJS.Timeout }[] = [];
  let closed = false;

  const begin = (): DocumentProcess => {
    const kept = idle.pop();
    if (kept !== undefined) clearTimeout(kept.timer);
    const reader = kept?.reader ?? start();
    all.add(reader);
    return reader;
  };
  const end = (reader: DocumentProcess): void => {
    all.delete(reader);
    reader.end();
  };
  const keep = (reader: DocumentProcess): void => {
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((kept) => kept.reader === reader),
        1,
      );
      end(reader);
    }, idleMs);
    idle.push({ reader, timer: timer.unref() });
  };

  return {
    async read(source, maxPassages, tenant, signal) {
      if (signal.aborted) throw abortError(signal);
      if (source.bytes.length <= (inlineBytes[source.mediaType] ?? 0)) return readSource(source, maxPassages);
      const leave = await places.take(tenant, signal);
      try {
        const reader = begin();
        try {
          return await reader.read(source, maxPassages, signal);
        } finally {
          if (reader.isWell() && isText(source) && reader.sourcesRead() < maxSourcesPerProcess && !closed) keep(reader);
          else end(reader);
        }
      } finally {
        leave();
      }
    },
    close() {
      closed = true;
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      for (const reader of all) end(reader);
    },
  };
}
