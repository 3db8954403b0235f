/** The words of a name in lower case: `injectRLSContext`, `rls-context` and `rls_context` have `rls` and `context`. */
export const wordsOf = (name: string): string[] =>
  (name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\d+/gu) ?? []).map((word) => word.toLowerCase());

/** True if some words stand in a list, one after the other. */
export const holdsWords = (words: readonly string[], part: readonly string[]): boolean =>
  words.some((_word, n) => part.every((one, m) => words[n + m] === one));

/** Words as a file name, in the style of another one: `a-b`, `a_b`, `AB` or `aB`. */
export function namedLike(words: readonly string[], model: string): string {
  if (model.includes("_")) return words.join("_");
  if (model.includes("-") || !/\p{Lu}/u.test(model)) return words.join("-");
  const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
  const [first = "", ...rest] = words;
  return (/^\p{Lu}/u.test(model) ? capital(first) : first) + rest.map(capital).join("");
}
