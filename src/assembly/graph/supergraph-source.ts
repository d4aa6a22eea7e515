/** Reads from the configuration where the ready supergraph comes from. */
import type { GraphConfig } from '../../config/config.ts';
import { revealed } from '../../config/kinds/secret-setting.ts';
import { pathIn } from '../../config/path-in.ts';
import { isHttp } from '../../config/sections/graph/supergraph-section.ts';
import { type SupergraphReader, supergraphFile } from '../../federation/compose/sources.ts';
import { downloadedSupergraph, uplinkSupergraph } from '../../federation/compose/supergraph-download.ts';
import { revealHeaders } from './subgraph-fetch.ts';

/** One reader for as long as the configuration lives, because it remembers what it has read. */
export function supergraphReader(supergraph: NonNullable<GraphConfig['supergraph']>, folder: string): SupergraphReader {
  if (typeof supergraph === 'string') {
    if (isHttp(supergraph)) return downloadedSupergraph({ urls: [supergraph], headers: {} });
    return supergraphFile(pathIn(folder, supergraph));
  }
  const { url, mirrors = [], headers, hive, uplink } = supergraph;
  if (hive !== undefined) {
    const { endpoint, mirrors: others = [], key } = hive;
    return downloadedSupergraph({
      urls: [artifactAt(endpoint), ...others.map(artifactAt)],
      headers: { 'x-hive-cdn-key': revealed(key) },
    });
  }
  if (uplink !== undefined) {
    const [first, ...rest] = uplink.urls ?? [];
    return uplinkSupergraph({
      graphRef: uplink.graphRef,
      apiKey: revealed(uplink.key),
      ...(first === undefined ? {} : { urls: [first, ...rest] }),
    });
  }
  return downloadedSupergraph({ urls: [url ?? '', ...mirrors], headers: revealHeaders(headers) });
}

/** The address of the artifact: Hive's endpoint is that of a target, which has several artifacts. */
const artifactAt = (endpoint: string): string =>
  endpoint.endsWith('/supergraph') ? endpoint : `${endpoint.replace(/\/+$/, '')}/supergraph`;
