/**
 * `name_suffix`, limited to the 63 bytes of a Postgres name and not used on this relation; it counts as taken from then
 * on.
 */
export function freeName(name: string, suffix: string, taken: Set<string>): string {
  for (let n = 1; ; n += 1) {
    const end = `_${suffix}${n === 1 ? "" : n}`;
    let stem = name;
    while (Buffer.byteLength(stem + end) > 63) stem = stem.slice(0, -1);
    if (taken.has(stem + end)) continue;
    taken.add(stem + end);
    return stem + end;
  }
}
