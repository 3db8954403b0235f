/** Whether a text matches a pattern in which `*` stands for any text. */
export function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join(".*")}$`, "su").test(text);
}

/**
 * Whether a pattern of a config matches a name as it is shown (`nameKey`, `columnKey`, `functionKey`, `relation / trigger`): as text, or part by
 * part, so that quotes may be left out where they make no difference (`public.Order`) and `a.b.c` never matches `"a.b".c`.
 */
export const matchesName = (pattern: string, name: string): boolean =>
  matches(pattern, name) || matches(comparable(pattern), comparable(name));

/** The parts of the name without their quotes, with U+0000 between, which no identifier holds; then what follows the name: arguments, a trigger. */
function comparable(text: string): string {
  const part = /"((?:[^"]|"")+)"|((?:(?! \/ )[^".(])+)/y;
  const parts: string[] = [];
  for (let end = 0; ; end = part.lastIndex) {
    part.lastIndex = parts.length === 0 ? 0 : end + 1;
    const match = part.exec(text);
    // no name at all, or a dot with nothing after it: compared as it stands
    if (!match) return text;
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (text[part.lastIndex] !== ".") return parts.join("\0") + text.slice(part.lastIndex);
  }
}
