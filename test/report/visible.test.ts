import pc from "picocolors";
import { describe, expect, test } from "vitest";
import { markedColours, onTerminal } from "../../src/cli/colours.ts";
import { singleLined } from "../../src/report/single-lined.ts";
import { markdownText, oneLine, visible } from "../../src/report/visible.ts";

/** Every character that may act on a terminal, a viewer or an editor instead of being shown. */
const ACTING = /[^\P{Cc}\n\t]|[\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/u;

const HOSTILE: Record<string, string> = {
  "the title of the window": "a\u001B]0;owned\u0007b",
  "a cleared screen": "a\u001B[2J\u001B[Hb",
  "the clipboard": "a\u001B]52;c;cm0gLXJmIC8=\u0007b",
  "an erased line": "a\rb\u001B[2K\u001B[1A",
  "an 8-bit control sequence": "a\u009B31mb",
  "the direction of text": "a\u202Egnp.\u2066b\u2069\u200F\u061C",
  "separators of lines": "a\u2028b\u2029c\u0085d\u000B\u000C",
  "deletion and backspace": "ab\b\b\u007F",
  "half a surrogate pair": "a\uD800b",
};

describe("what a terminal would obey is shown", () => {
  test.each(Object.entries(HOSTILE))("%s", (_, text) => {
    for (const shown of [visible(text), oneLine(text), markdownText(text), onTerminal(text)]) {
      expect(shown).not.toMatch(ACTING);
      expect(shown).toContain("a");
    }
    // in JSON it still means the same
    expect(JSON.parse(visible(JSON.stringify(text)))).toBe(text);
  });
  test("the form of the escapes", () => {
    expect(visible("\u001B[1m \u009B \u202E é 😀 \t|\n")).toBe("\\x1b[1m \\u009b \\u202e é 😀 \t|\n");
    expect(oneLine("a\nb\r\nc")).toBe("a\\nb\\nc");
  });
});

test("our own colours stay, and those of the data do not", () => {
  const colours = markedColours(true);
  const real = pc.createColors(true);
  const inner = "\u001B[32m✓ in force\u001B[39m";
  expect(onTerminal(colours.red(`x ${colours.bold("y")} z`))).toBe(real.red(`x ${real.bold("y")} z`));
  expect(onTerminal(colours.red(inner))).toBe(real.red("\\x1b[32m✓ in force\\x1b[39m"));
  expect(onTerminal(colours.red(colours.red("a") + inner))).toBe(
    real.red(`${real.red("a")}\\x1b[32m✓ in force\\x1b[39m`),
  );
  expect(markedColours(false).red("a")).toBe("a");
});

test("a name with a line break cannot pass for a line of the report, and SQL keeps its lines", () => {
  const report = {
    object: { name: "t\n✓ all held" },
    notes: ["a\nb"],
    statements: ["begin;\nselect 1"],
    n: 1,
    none: null,
  };
  expect(singleLined(report)).toEqual({
    object: { name: "t\\n✓ all held" },
    notes: ["a\\nb"],
    statements: ["begin;\nselect 1"],
    n: 1,
    none: null,
  });
});

describe("Markdown", () => {
  test.each([
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["[click](javascript:x)", "\\[click\\](javascript:x)"],
    ["`a|<b>` | <c>", "`a\\|<b>` \\| &lt;c&gt;"],
    ["`open <b>", "\\`open &lt;b&gt;"],
    ["``a ` b`` <c>", "``a ` b`` &lt;c&gt;"],
    ["a\n# b", "a\\n# b"],
  ])("%j", (text, shown) => {
    expect(markdownText(text)).toBe(shown);
  });
});
