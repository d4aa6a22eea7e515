/** Where the gateway listens, who may call it, and limits of clients. */
import { networks } from '../../server/client/address.ts';
import { constantOr, each, listOf } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { flag, text } from '../kinds/texts.ts';
import { limitsSection } from './limits-section.ts';

const anonymousRate = 'a whole number above 0, or false for any number';

export const serverSection = section(
  'server',
  {
    /** The address to listen on. `--host` overrides it. */
    host: text({ default: '127.0.0.1' }),
    /** The port to listen on. `--port` overrides it; 0 takes any free port. */
    port: wholeNumber({ min: 0, max: 65_535, default: 4_000 }),
    /**
     * The path that all others stand below, such as `/ai` for `/ai/graphql`, `/ai/console/` and `/ai/health/ready`: behind a proxy that hands
     * requests on with the path that it was asked for. One that takes its own path away needs no setting.
     */
    basePath: text({
      default: '',
      accepted: 'a path, such as /ai or /tools/ai',
      fits: isBasePath,
      refusal: 'It must be a path, such as /ai or /tools/ai: letters, digits, "-", "_", "." and "~" after each "/", and no "/" at its end.',
    }),
    /** Origins whose pages may call the gateway. In development, every local origin too. */
    origins: listOf(
      text({
        accepted: 'an origin: scheme, host and port, such as https://app.example.com',
        fits: (origin) => URL.parse(origin)?.origin === origin,
        refusal: 'An origin is scheme, host and port, such as https://app.example.com.',
      }),
      { default: [] },
    ),
    /** GraphiQL, and anonymous use of the embedded provider on loopback. */
    development: flag({ otherwise: 'true, unless NODE_ENV is `production`' }),
    /** The console at `/console`: static pages for operators, who log in with a key. */
    console: flag({ default: true }),
    /**
     * Maximum number of requests per minute from one address without a valid key. A minute's number may come at once. False: no maximum. An IPv6
     * address counts as its /64.
     */
    requestsPerMinutePerAddress: constantOr(
      false,
      wholeNumber({ accepted: anonymousRate, otherwise: '60; in development on loopback any number' }),
      anonymousRate,
    ),
    /** Addresses or networks (`10.0.0.0/8`) of proxies in front of the gateway. Only their `X-Forwarded-For` is believed. */
    trustedProxies: listOf(text({ accepted: 'an address or a network, such as 10.0.0.0/8 or fd00::/8', fits: isNetwork }), { default: [] }),
    /**
     * Built pages of yours, each at a path of its own: a folder with an `index.html`, and its `assets/`, whose names change with what is in
     * them. The page may load and ask the gateway alone, and runs no inline script. It has the origin
     * of the console, and can ask it for its token: trust such a page as much as the console.
     */
    pages: each(text({ accepted: 'a folder with an index.html' })),
    /** How long streams may continue after SIGTERM. */
    drainMs: milliseconds({ min: 0, default: 10_000 }),
    /** Limits of one client, and of all clients together. */
    limits: limitsSection,
  },
  { renamed: { strangersPerMinute: 'requestsPerMinutePerAddress' } },
);

function isNetwork(proxy: string): boolean {
  try {
    networks([proxy]);
    return true;
  } catch {
    return false;
  }
}

/** `.` and `..` are not names: browsers and proxies resolve them. */
function isBasePath(path: string): boolean {
  return path === '' || /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/.test(path);
}
