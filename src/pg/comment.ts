/**
 * A comment line of SQL. A name may contain line breaks, which would end the comment, and the rest of the name would be
 * a statement.
 */
export const sqlComment = (text: string): string => `-- ${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")}`;
