/**
 * Reads an error of a vendor, of a wire or of an SDK. An SDK's error is read by its fields, because importing its classes would load
 * the SDK.
 */
import { acceptableRetryMs, retryAfterMs } from '../../outbound/retry-delay.ts';
import { WireFailure } from '../../wires/wire-failure.ts';

export interface VendorFailure {
  /** Name of the error's class; empty for what is not an error. */
  readonly kind: string;
  /** HTTP status; of an error inside a stream the one that it names. Null: there is none. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What the vendor wrote about the failure. Read here, shown to nobody. */
  readonly text: string;
  /** The connection was refused, reset or never made. */
  readonly unconnected: boolean;
}

/** Parse errors quote the model's answer: they say nothing about the failure, unless the vendor sent an error that the SDK could not read. */
const quotesAnswer = /^AI_(JSONParse|TypeValidation)Error$/;
const networkCode =
  /^(?:ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|EPROTO|UND_ERR_(?:SOCKET|CONNECT|CLOSED|DESTROYED)|CERT_|ERR_(?:TLS|SSL)|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** An answer with a status that is not a success. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, as text. */
  readonly text: string;

  constructor(status: number, headers: Readonly<Record<string, string>>, text: string) {
    super('The vendor refused the request.');
    this.status = status;
    this.headers = headers;
    this.text = text;
  }
}

export function vendorFailure(error: unknown): VendorFailure {
  if (error instanceof HttpRefusal || error instanceof WireFailure) {
    const { name, status, text } = error;
    return { kind: name, status, headers: error instanceof HttpRefusal ? error.headers : {}, text, unconnected: false };
  }
  const fields = fieldsOf(error);
  const { name, statusCode, code, responseHeaders } = fields;
  return {
    kind: typeof name === 'string' ? name : '',
    status: statusIn(statusCode) ?? (error instanceof Error ? null : statusIn(code)),
    headers: { ...fieldsOf(responseHeaders) },
    text: textOf(error, fields),
    unconnected: isNetworkError(error),
  };
}

export const isParseError = ({ kind }: VendorFailure): boolean => quotesAnswer.test(kind);

/** Milliseconds that the vendor asks to wait, at most an hour; null when it asks for nothing. Google writes them into the body. */
export function vendorRetryMs({ headers, text }: VendorFailure): number | null {
  const secondsInBody = /"retryDelay":\s*"([\d.]+)s"/.exec(text)?.[1];
  const msInBody = 1000 * Number(secondsInBody ?? Number.NaN);
  return retryAfterMs(headers) ?? (Number.isFinite(msInBody) ? acceptableRetryMs(msInBody) : null);
}

type Fields = Readonly<
  Partial<Record<'name' | 'statusCode' | 'code' | 'responseHeaders' | 'responseBody' | 'data' | 'value' | 'error' | 'cause', unknown>>
>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? value : {});

const statusIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 200 && value < 600 ? value : null;

function textOf(error: unknown, { name, responseBody, data, value }: Fields): string {
  if (typeof name === 'string' && quotesAnswer.test(name)) return jsonOf(fieldsOf(value).error);
  if (typeof responseBody === 'string') return responseBody;
  if (data !== undefined) return jsonOf(data);
  if (typeof error === 'string') return error;
  return error instanceof Error ? '' : jsonOf(error);
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

/** Whether the error, or one of those that caused it, is one of the network. */
function isNetworkError(error: unknown): boolean {
  for (let one: unknown = error, depth = 0; depth < 5 && one instanceof Error; depth += 1) {
    const { code, cause } = fieldsOf(one);
    if (typeof code === 'string' && networkCode.test(code)) return true;
    one = cause;
  }
  return false;
}
