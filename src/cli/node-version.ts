/** Checks the version of Node. The file imports nothing and uses only syntax that every Node can parse. */
export const neededNode = 24;

/** The sentence for an older Node; null where the version is new enough. */
export function nodeRefusal(version: string): string | null {
  const major = Number.parseInt(version, 10);
  return major >= neededNode ? null : `Fieldgate needs Node ${neededNode} or later; this is ${version}.`;
}
