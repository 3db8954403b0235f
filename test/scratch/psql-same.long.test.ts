import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readScript } from "../../src/scratch/psql/index.ts";
import { splitStatements } from "../../src/scratch/split.ts";
import { startServer, type TestServer } from "../support/server.ts";

// What psql sends is what `\p` prints of the query buffer: psql itself says which variables it replaces.

const PSQL = "/usr/lib/postgresql/15/bin/psql";
const VARIABLES = {
  x: "one",
  role: 'app"user',
  quote: "it's",
  slash: String.raw`a\b`,
  nested: ":x, :'x', :{?x}, :nobody, :nested",
  sum: "1 + 1",
  "1": "uno",
  käse: "cheese",
};

/** Pieces that leave no quote open, however they stand beside each other. */
const PIECES = [
  ...Object.keys(VARIABLES).flatMap((name) => [`:'${name}'`, `:"${name}"`, `:{?${name}}`]),
  ...["x", "nested", "sum", "1", "käse"].map((name) => `:${name}`),
  // a value that opens a quote, and the text that closes it
  " :quote :x '",
  ' :role :x "',
  ...`:nobody|:'nobody'|:"nobody"|:{?nobody}|:|::|:=|:::x|:{x}|:{?|:''|:""|:'x y'`.split("|"),
  ..."a|b1|x|1|10:1|[1:x]|[x:1]|[|]|(|)|,| |\n|+|-|*|/ |$1| a$x$|.|e|E|::text|a::x|\u00E4".split("|"),
  ..."':x'|''|'it''s :x'| e'\\':x'| E'\\\\'|n':x'|b':x'|u&':x'|\":x\"|\"a\"\":x\"|u&\":x\"".split("|"),
  ..." $$:x$$| $a$:x$$ :x$a$| $a$ ' $a$|-- :x ' \" $$\n|/* :x */|/* /* :x */ :x ' */|--:x\n|\\:x|\\;".split("|"),
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server.stop());

/** psql leaves out empty lines between those of a query. */
const withoutEmpty = (text: string): string => text.replaceAll(/\n\n+/g, "\n").trim();

/** The query buffer after each text, as psql prints it. */
function printed(texts: readonly string[]): string[] {
  const file = join(mkdtempSync(join(tmpdir(), "rlsmith-psql-")), "all.sql");
  writeFileSync(file, texts.map((text) => `${text}\n\\p\n\\r\n\\echo @@@\n`).join(""));
  const given = Object.entries(VARIABLES).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const out = execFileSync(PSQL, ["-X", "-q", ...given, "-d", server.url, "-f", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return out
    .split("@@@\n")
    .slice(0, -1)
    .map((text) => withoutEmpty(text.replace(/Query buffer reset[^\n]*/, "")));
}

const ours = (text: string): string => withoutEmpty(readScript(text, new Map(Object.entries(VARIABLES))).text);

test.skipIf(!existsSync(PSQL))("variables are replaced where psql 15 replaces them, and nowhere else", () => {
  const texts = fc
    .sample(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }), { numRuns: 3000, seed: 8 })
    .map((pieces) => `select ${pieces.join("")}`);
  const theirs = printed(texts);
  expect(theirs).toHaveLength(texts.length);
  const different = texts.flatMap((text, index) =>
    ours(text) === theirs[index] ? [] : [{ text, psql: theirs[index], ours: ours(text) }],
  );
  expect(different.slice(0, 5)).toEqual([]);
});

/** The queries that psql sends for a file, as `--echo-queries` prints them. */
function sent(script: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "rlsmith-psql-")), "one.sql");
  writeFileSync(file, script);
  return execFileSync(PSQL, ["-X", "-q", "-e", "-o", "/dev/null", "-v", "given=yes", "-d", server.url, "-f", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

const queries = (text: string): string[] =>
  text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim().replace(/;$/, "")]));

test
  .skipIf(!existsSync(PSQL))
  .each([
    "\\set a one\nselect :'a';",
    "\\set a one ' two''s\\t\\x41\\101' three\nselect :'a';",
    "\\set a \"b c\" d\nselect :'a';",
    "\\set a 1\n\\set b :a 2 :'a' :{?a} :{?z}\nselect :'b';",
    "\\set a\nselect :'a';",
    "\\set a 1\n\\unset a\nselect ':a', array[1][1:1];",
    "\\set a 1 \\\\ select :a;\nselect 2;",
    "select 1 as one \\gset\nselect 2;",
    "select 1 as one \\g\nselect 2;",
    "select 1;\n\\q\nselect 2;",
    "\\if :given\nselect 1;\n\\else\nselect 2;\n\\endif\nselect 3;",
    ...[
      "true",
      "tr",
      "T",
      "on",
      "o",
      "of",
      "off",
      "1",
      "0",
      "yes",
      "n",
      "false",
      "2",
      "maybe",
      "''",
      ":{?given}",
      ":{?other}",
    ].map((condition) => `\\if ${condition}\nselect 1;\n\\else\nselect 2;\n\\endif\nselect 3;`),
    "\\if 0\nselect 1;\n\\elif yes\nselect 2;\n\\elif yes\nselect 3;\n\\else\nselect 4;\n\\endif",
    "\\if off\n\\if on\nselect 1;\n\\else\nselect 2;\n\\endif\n\\else\nselect 3;\n\\endif",
    "\\if off\n\\set a 1\n\\endif\n\\set a 2\nselect :a;",
    "\\if off\nselect 'a;\n\\endif\n';\n\\endif\nselect 1;",
  ])("the queries of a script are those that psql 15 sends: %s", (script) => {
  const statements = splitStatements(script, new Map([["given", "yes"]])).parts.flatMap((part) =>
    part.kind === "statement" ? [part.text] : [],
  );
  expect(queries(statements.join("\n"))).toEqual(queries(sent(script)));
});
