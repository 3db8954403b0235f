/** A list, or a list of lists, whose items have a text of their own. */
export type ArrayItem = string | number | boolean | null | readonly ArrayItem[];

/** The input of an array (manual, 8.15.6), with every text quoted. */
export const arrayText = (items: readonly ArrayItem[]): string => `{${items.map(itemText).join(",")}}`;

function itemText(item: ArrayItem): string {
  if (item === null) return "NULL";
  if (typeof item === "string") return `"${item.replaceAll(/["\\]/g, "\\$&")}"`;
  return typeof item === "object" ? arrayText(item) : String(item);
}

/** True if every item, at any depth, has a text of its own: an object has none. */
export const isArrayOfTexts = (items: readonly unknown[]): items is readonly ArrayItem[] =>
  items.every((item) => item === null || (Array.isArray(item) ? isArrayOfTexts(item) : typeof item !== "object"));
