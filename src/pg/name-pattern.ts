/** True if a text matches a pattern in which `*` matches any text. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join(".*")}$`, "su").test(text);
}

/**
 * True if a pattern of a config matches a name as it is shown (`nameKey`, `columnKey`, `functionKey`, `relation /
 * trigger`): as text, or part by part. Part by part, quotes may be left out where they make no difference
 * (`public.Order`), and `a.b.c` never matches `"a.b".c`.
 */
export const matchesName = (pattern: string, name: string): boolean =>
  matches(pattern, name) || matches(comparable(pattern), comparable(name));

/**
 * The parts of the name without their quotes, separated by U+0000, which no identifier contains; then the text after
 * the name: arguments, a trigger.
 */
function comparable(text: string): string {
  const part = /"((?:[^"]|"")+)"|((?:(?! \/ )[^".(])+)/y;
  const parts: string[] = [];
  for (let end = 0; ; end = part.lastIndex) {
    part.lastIndex = parts.length === 0 ? 0 : end + 1;
    const match = part.exec(text);
    // Not a name, or a name with a dot at its end: compared as text.
    if (!match) return text;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (text[part.lastIndex] !== ".") return parts.join("\0") + text.slice(part.lastIndex);
  }
}
