/** Finds a name in SQL as a whole word, quoted or not. A text search: a column or an alias of the same name counts too. */
export const wholeName = (name: string): RegExp =>
  new RegExp(`(?<![\\w$])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`, "i");

/** Every word of a text, as it is written and as PostgreSQL folds it, and every quoted name. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/"((?:[^"]|"")+)"|[\p{L}_][\p{L}\p{N}_$]*/gu)].flatMap(([word, quoted]) => [
      quoted?.replaceAll('""', '"') ?? word,
      word.toLowerCase(),
    ]),
  ),
];
