/** Finds a name in SQL as a whole word, quoted or not. A text search: a column or an alias of the same name counts too. */
export const wholeName = (name: string): RegExp =>
  new RegExp(`(?<![\\w$])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`, "i");
