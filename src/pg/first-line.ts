/** The first line of a statement, at most 120 characters. */
export const firstLineOf = (text: string): string => {
  const line = text.trimStart().split("\n")[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
};
