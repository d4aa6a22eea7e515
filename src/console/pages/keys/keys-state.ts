import { codecOf, oneOf, textParam } from '../../location/url-state.ts';

/** What the address says of the page. */
export const keysState = codecOf({
  view: oneOf(['keys', 'teams']),
  show: oneOf(['active', 'ended', 'all']),
  team: textParam(),
  text: textParam(),
  /** The id of the one key that is shown. */
  key: textParam(),
});
