/**
 * Whether a pattern of a config matches a name as it is shown (`nameKey`, `columnKey`, `functionKey`, `relation / trigger`); `*` stands for any
 * text. They are compared part by part, so `a.b.c` never matches `"a.b".c`, and quotes may be left out where they tell nothing: `public.Order`.
 */
export function matchesName(pattern: string, name: string): boolean {
  const escaped = comparable(pattern)
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join(".*")}$`, "su").test(comparable(name));
}

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
