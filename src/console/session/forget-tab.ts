/** What pages of the console keep for the tab (questions, answers, the token) is gone after a logout: the next who logs in may be somebody else. */
const prefix = 'fieldgate-console:';
const leftAt = `${prefix}left`;

/** Before the page is loaded anew: until then, a stream that ends may still keep what it has. */
export const leaveTab = (storage: Pick<Storage, 'setItem'>): void => storage.setItem(leftAt, '1');

/** When the page has been loaded, before anything reads the storage. */
export function forgetTab(storage: Pick<Storage, 'length' | 'key' | 'getItem' | 'removeItem'>): void {
  if (storage.getItem(leftAt) === null) return;
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  for (const name of names) if (name.startsWith(prefix)) storage.removeItem(name);
}
