/** The items whose key no item before them has. */
export function firstOfEach<Item>(all: readonly Item[], keyOf: (one: Item) => unknown): Item[] {
  const seen = new Set<unknown>();
  return all.filter((one) => {
    const key = keyOf(one);
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}
