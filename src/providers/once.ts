/** The function's first result, for ever: what is imported or opened when it is first used. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The function's first result for each name. Of more than 256 names, all are forgotten: names come from a configuration. */
export function oncePer<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    if (made.size >= 256) made.clear();
    const value = make(name);
    made.set(name, value);
    return value;
  };
}
