/**
 * GraphiQL looks for its active tab by the text that it stores with each edit. Where nobody has edited yet, a reload finds none, and an empty
 * tab stands in front. This script, which runs before GraphiQL, stores the text of the tab that was active.
 */
export const activeTabScript = `
(() => {
  const stored = localStorage.getItem('graphiql:tabState');
  if (stored === null) return;
  const { tabs = [], activeTabIndex = 0 } = JSON.parse(stored);
  for (const name of ['query', 'variables']) {
    const text = tabs[activeTabIndex]?.[name];
    if (text) localStorage.setItem('graphiql:' + name, text);
    else localStorage.removeItem('graphiql:' + name);
  }
})();
`;
