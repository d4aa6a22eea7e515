/**
 * A sentence that says why a picture at this address is refused, or null when it may be sent. The provider fetches the picture, not the gateway.
 */
export const refuseImageUrl = (url: string): string | null =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? null : 'An image URL must be an https address.';
