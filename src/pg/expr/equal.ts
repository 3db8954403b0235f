// The place of a node in its source is no part of its meaning.
const PLACE = new Set([
  "location",
  "stmt_location",
  "stmt_len",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
]);

/** True if two trees are the same apart from places in their sources. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
    );
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = (tree: Record<string, unknown>): string[] =>
    Object.keys(tree).filter((key) => !PLACE.has(key) && tree[key] !== undefined);
  const names = keys(left);
  return names.length === keys(right).length && names.every((key) => key in right && equal(left[key], right[key]));
}
