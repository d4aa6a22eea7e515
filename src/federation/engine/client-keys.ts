/**
 * Response keys of the client that could collide with what the engine asks for on its own account.
 *
 * Keys and `@require`d fields are read from an entity under their own names. A client's `description: name`, or its
 * `reviews(first: 1)` beside a required `reviews`, must not take that name, so the engine asks for such fields under a
 * prefixed key.
 */
type Path = readonly (string | number)[];

const prefix = '_client_';

/** `variant`: another field, or one with other arguments, that the client has under the same response key for another type. */
export const engineKeyOf = (responseKey: string, variant = 0): string =>
  variant === 0 ? prefix + responseKey : `${prefix}${variant}_${responseKey}`;

const ours = /^_client_(?:\d+_)?/;

/** The key as the client wrote it: no name begins with a digit. */
export const clientKey = <T extends string | number>(key: T): T => (typeof key === 'string' ? key.replace(ours, '') : key) as T;

export const clientPath = (path: Path): Path => path.map(clientKey);
