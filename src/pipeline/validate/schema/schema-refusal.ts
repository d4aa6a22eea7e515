import { GatewayError } from '../../../core/errors.ts';

/** BAD_REQUEST for a schema: `at` is the JSON pointer of the place, `why` says what stands there and what would be accepted. */
export type RefuseSchema = (at: string, why: string, cause?: unknown) => GatewayError;

const maxPlaceLength = 300;

/** `of`: whose schema it is, such as `the output`. */
export const schemaRefusal =
  (of: string): RefuseSchema =>
  (at, why, cause) => {
    const place = at === '' ? '' : ` at ${at.length > maxPlaceLength ? `${at.slice(0, maxPlaceLength)}…` : at}`;
    return new GatewayError('BAD_REQUEST', `The JSON Schema of ${of} is refused${place}: ${why}`, {}, { cause });
  };
