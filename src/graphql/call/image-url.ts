/** Why a picture at this address is refused, in a sentence; null: it may be sent. The provider fetches it, not the gateway. */
export const refuseImageUrl = (url: string): string | null =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? null : 'An image URL must be an https address.';
