/** Documents that take long to read: a whole ingestion of each, as one caller sends it in one request. */
import { createGateway } from '../../../src/gateway.ts';
import { serviceOf } from '../../../src/assembly/principals.ts';
import { embeddedCapabilities, embeddedExtractive, embeddedLexical, embeddedPrice, embeddedProvider } from '../../../src/providers/embedded.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { HostileCase } from './hostile-case.ts';
