/** Whether a header If-None-Match names the tag, by weak comparison (RFC 9110 §13.1.2): proxies that compress make a tag weak. */
export const namesTag = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag) ?? false;
