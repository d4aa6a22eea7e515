/** The source of a composed supergraph: a file, a URL, Hive's CDN or Apollo's Uplink. */
import { existsSync } from 'node:fs';
import { listOf, textOr } from '../../kinds/composed.ts';
import { secret } from '../../kinds/secret-setting.ts';
import { section } from '../../kinds/section.ts';
import { leafOf, mustBe, needed } from '../../kinds/setting.ts';
import { text } from '../../kinds/texts.ts';
import { pathIn } from '../../path-in.ts';
import { headers } from './header-settings.ts';

export const isHttp = (url: string): boolean => /^https?:$/.test(URL.parse(url)?.protocol ?? '');

const address = text({ accepted: 'an http or https address', fits: isHttp });

const hiveSection = section('graph.supergraph.hive', {
  /** The endpoint of the target or of a contract, as Hive shows it: `https://cdn.graphql-hive.com/artifacts/v1/…`. */
  endpoint: needed(address),
  /** Endpoints that are tried when the one before does not answer. */
  mirrors: listOf(address, { default: [] }),
  /** The CDN access token of the target. */
  key: needed(secret()),
});

const uplinkSection = section('graph.supergraph.uplink', {
  /** The graph and its variant. */
  graphRef: needed(text({ accepted: 'a graph and a variant, such as shop@production', fits: (ref) => /^[\w-]+(@[\w.-]+)?$/.test(ref) })),
  /** An API key of the graph. */
  key: needed(secret()),
  /** Addresses, tried in this order. */
  urls: listOf(address, { otherwise: "Apollo's own, in two clouds" }),
});

const supergraphSection = section(
  'graph.supergraph',
  {
    /** Address of its SDL. With an ETag, an unchanged supergraph is not transferred again. */
    url: address,
    /** Addresses that are tried when the one before does not answer. */
    mirrors: listOf(address, { default: [] }),
    /** Headers of requests for it. They are not sent to another host after a redirect. */
    headers,
    /** Hive's CDN, in place of a URL. */
    hive: hiveSection,
    /** Apollo's Uplink, in place of a URL. */
    uplink: uplinkSection,
  },
  {
    rules: [
      {
        reads: ['url', 'hive', 'uplink'],
        mistakes: ({ url, hive, uplink }, path) =>
          [url, hive, uplink].filter((place) => place !== undefined).length === 1
            ? []
            : [`${path} must have exactly one of url, hive and uplink. Say where it is read.`],
      },
    ],
  },
);

const accepted = 'a file that is there (relative paths begin at the configuration), or an http or https address';
const place = leafOf<string, undefined>({ type: 'text', accepted }, {}, (value, { folder }) => {
  if (typeof value !== 'string') return mustBe(accepted);
  if (isHttp(value)) return null;
  return existsSync(pathIn(folder, value)) ? null : `, which is not there. Paths begin at ${folder}.`;
});

export const supergraph = textOr(place, supergraphSection);
