import { describe, expect, test } from "vitest";
import { commentsOf, mentionsIn, namesRegExp } from "../../src/documents/index.ts";

const NAMES = namesRegExp(["app.org_id", "set_context", "injectContext", "pattern C"]) ?? /(?!)/;

describe("mentions in a text", () => {
  test("each paragraph, item, row, heading and block of code is a place, with its words", () => {
    const text = [
      "# About set_context",
      "",
      "One line here,",
      "and `app.org_id` in the second. App.Org_Id again.",
      "",
      "- an item without",
      "- an item with set_context(uuid)",
      "",
      "| a | b |",
      "| --- | --- |",
      "| `injectContext` | three words here |",
      "",
      "```sql",
      "select 1;",
      "",
      "select set_context($1);",
      "```",
      "Follows pattern",
      "C everywhere.",
    ].join("\r\n");
    expect(mentionsIn(text, NAMES)).toEqual([
      { line: 1, names: ["set_context"], words: 2, isCode: false },
      { line: 4, names: ["app.org_id"], words: 10, isCode: false },
      { line: 7, names: ["set_context"], words: 4, isCode: false },
      { line: 11, names: ["injectcontext"], words: 4, isCode: false },
      // `sql`, `select 1;` and `select set_context($1);`
      { line: 16, names: ["set_context"], words: 5, isCode: true },
      { line: 18, names: ["pattern c"], words: 4, isCode: false },
    ]);
  });

  test("a part of another word is no mention", () => {
    expect(mentionsIn("reset_context set_contexts my_app.org_idx app_org_id", NAMES)).toEqual([]);
    expect(mentionsIn("public.set_context and $set_context", NAMES)).toHaveLength(1);
  });

  test("without names there is nothing to find", () => {
    expect(namesRegExp([])).toBeNull();
  });
});

describe("comments", () => {
  test("of TypeScript by its syntax: a text in a string is none", () => {
    const code = 'const a = "// set_context"; // one\n// two\n/**\n * three\n */\nconst b = `/* no */`;\n';
    expect(commentsOf("a.ts", code)).toEqual([{ line: 1, text: " one\n two\n*\n * three\n " }]);
  });

  test("of SQL, YAML and shell by their marks", () => {
    expect(commentsOf("seed.sql", "select 1; -- one\n\n-- two\n")).toEqual([
      { line: 1, text: "-- one" },
      { line: 3, text: "-- two" },
    ]);
    expect(commentsOf("ci.yml", "a: b # one\nc: d#e\n")).toEqual([{ line: 1, text: "# one" }]);
    expect(commentsOf(".husky/pre-push", "# one\nrun\n")).toEqual([{ line: 1, text: "# one" }]);
    expect(commentsOf("a.png", "# one")).toEqual([]);
  });
});
