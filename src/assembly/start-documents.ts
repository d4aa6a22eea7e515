/** Ingests the configuration's documents at every start. Unchanged documents cost nothing. */
import type { GatewayConfig } from '../config/config.ts';
import { pathIn } from '../config/path-in.ts';
import { asGatewayError } from '../core/errors.ts';
import { serviceOf } from '../operations/keyless-principals.ts';
import { filesIn } from '../retrieval/ingestion/files.ts';
import type { NewSource, Retrieval } from '../retrieval/retrieval.ts';
import type { Log } from '../telemetry/log.ts';

/** Never rejects: a document that cannot be read is in the log, and the gateway serves without it. */
export async function startDocuments({ documents = [] }: GatewayConfig, folder: string, retrieval: Retrieval, log: Log): Promise<void> {
  const principal = serviceOf('documents');
  for (const { collection, paths } of documents) {
    try {
      const sources: NewSource[] = [];
      for await (const found of filesIn(
        paths.map((path) => pathIn(folder, path)),
        { base: folder },
      )) {
        if (found.kind === 'source') sources.push(found.source);
        else log.info('a file is not a document', { path: found.path, reason: found.message });
      }
      if (sources.length > 0) await retrieval.ingest({ principal, collection, sources });
    } catch (error) {
      log.warn('the documents of a collection could not be read', { collection, err: asGatewayError(error) });
    }
  }
}
