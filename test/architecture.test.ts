import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** What a room of src/ may import besides itself (DESIGN §2). `types` may be imported with `import type` only. */
const MAY_IMPORT: Record<string, { values: string[]; types?: string[] }> = {
  pg: { values: [] },
  codes: { values: [] },
  "finding.ts": { values: ["pg"], types: ["codes"] },
  "version.ts": { values: [] },
  "errors.ts": { values: ["version.ts"], types: ["codes"] },
  "define-config.ts": { values: [], types: ["config.ts"] },
  "progress.ts": { values: [] },
  "write-files.ts": { values: ["errors.ts"] },
  "migration-tools": { values: ["errors.ts"], types: ["write-files.ts"] },
  "gate-criteria.ts": { values: [] },
  "document-parts.ts": { values: [] },
  "config-schema.ts": { values: ["document-parts.ts", "gate-criteria.ts", "migration-tools"], types: ["pg"] },
  "config.ts": { values: ["pg", "errors.ts", "config-schema.ts"] },
  "catalog-file.ts": { values: ["pg", "errors.ts"] },
  "revision.ts": { values: ["errors.ts"] },
  "person.ts": { values: [] },
  db: { values: ["pg", "errors.ts"] },
  request: { values: ["db", "pg", "errors.ts"] },
  scratch: { values: ["db", "pg", "errors.ts", "finding.ts"], types: ["migration-tools"] },
  inspect: { values: ["db", "pg", "errors.ts", "finding.ts"] },
  classify: { values: ["pg", "errors.ts", "finding.ts"], types: ["config.ts"] },
  rewrite: { values: ["pg", "errors.ts", "finding.ts", "config.ts"], types: ["classify"] },
  cleanup: { values: ["pg", "classify", "rewrite", "errors.ts", "config.ts"] },
  plan: {
    values: ["pg", "errors.ts", "finding.ts"],
    types: ["rewrite", "classify", "migration-tools", "write-files.ts"],
  },
  prove: { values: ["db", "pg", "request", "errors.ts"], types: ["plan", "scratch", "config.ts", "progress.ts"] },
  fixtures: { values: ["db", "pg", "errors.ts"] },
  verify: {
    values: ["db", "pg", "request", "fixtures", "errors.ts", "config.ts"],
    types: ["scratch", "classify", "progress.ts", "migration-tools"],
  },
  claims: { values: ["db", "pg", "classify", "errors.ts", "finding.ts"], types: ["config.ts", "progress.ts"] },
  impact: {
    values: ["db", "pg", "request", "classify", "claims", "plan", "prove", "errors.ts"],
    types: ["config.ts", "progress.ts"],
  },
  rehearse: {
    values: ["db", "pg", "request", "fixtures", "errors.ts", "finding.ts"],
    types: ["plan", "scratch", "classify", "progress.ts"],
  },
  access: { values: ["pg", "classify", "prove"] },
  documents: { values: ["document-parts.ts", "errors.ts"] },
  "own-schema": { values: ["pg"] },
  watch: { values: ["apply", "db", "own-schema", "pg", "errors.ts"], types: ["gate-criteria.ts", "plan"] },
  apply: { values: ["db", "own-schema", "pg", "errors.ts", "write-files.ts"], types: ["plan"] },
  evidence: { values: ["errors.ts", "write-files.ts"], types: ["gate-criteria.ts"] },
  metrics: { values: ["cleanup"], types: ["classify", "finding.ts"] },
  playbook: { values: [], types: ["evidence"] },
  report: { values: ["pg", "finding.ts", "playbook"], types: ["*"] },
  pipeline: { values: ["*"] },
  "demo.ts": { values: ["*"] },
  "index.ts": { values: ["*"] },
  cli: { values: ["*"] },
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gms)].map((match) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), match[2] ?? "")),
    typeOnly: match[1] !== undefined,
  }));
});

const roomOf = (file: string): string => file.split("/")[0] ?? file;

test("every room is known", () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
});

test("imports follow the dependency direction", () => {
  const against = imports.filter(({ from, to, typeOnly }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    const allowed = MAY_IMPORT[here];
    if (here === there || !allowed) return false;
    const names = [...allowed.values, ...(typeOnly ? (allowed.types ?? []) : [])];
    return !names.includes("*") && !names.includes(there);
  });
  expect(against).toEqual([]);
});

/** Folders with an `index.ts`, at any depth: it names what others may use. */
const doors = new Set(files.filter((file) => file.endsWith("/index.ts")).map((file) => dirname(file)));

/** The outermost folder with an index that holds the one file and not the other. */
const doorBetween = (from: string, to: string): string | undefined =>
  [...doors]
    .filter((room) => to.startsWith(`${room}/`) && !from.startsWith(`${room}/`))
    .toSorted((a, b) => a.length - b.length)[0];

test("a folder with an index is imported through it, at any depth", () => {
  const deep = imports.filter(({ from, to }) => {
    const door = doorBetween(from, to);
    return door !== undefined && to !== `${door}/index.ts`;
  });
  expect(deep).toEqual([]);
});

test("the large stages have folders by task, each with an index", () => {
  const without = ["verify", "claims", "apply", "classify", "fixtures", "prove", "request"].filter(
    (room) => !doors.has(room),
  );
  expect(without).toEqual([]);
});

test("nothing imports the command line", () => {
  expect(imports.filter(({ from, to }) => roomOf(to) === "cli" && roomOf(from) !== "cli")).toEqual([]);
});

test("a command has at most 60 lines: what it does is in the library", () => {
  const lines = (file: string): number => readFileSync(join(SRC, file), "utf8").trimEnd().split("\n").length;
  expect(files.filter((file) => file.startsWith("cli/commands/") && lines(file) > 60)).toEqual([]);
});

test("no cycle between files, not even of type imports", () => {
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test("a dollar-quoted text that is not constant is made by dollarQuote alone, whose tag the text does not hold", () => {
  const byHand = files.filter((file) =>
    /\$[a-z]*\$\s*\$\{[^`]*\}\s*\$[a-z]*\$/.test(readFileSync(join(SRC, file), "utf8")),
  );
  expect(byHand).toEqual([]);
});

/** Ways in which a key is made of a schema and a name by hand; no two names share one text only where pg/name.ts makes it. */
const BY_HAND: readonly RegExp[] = [
  // `${one.schema}.${one.name}`, `${quoteIdent(schema)}.${quoteIdent(name)}`, `${schema} ${name}`
  /\$\{[^{}]*schema\)*\}(?:[. /:]|\\0)\$\{/i,
  // [schema, name].join("."), [one.schema, one.name].map(quoteIdent).join(".")
  /\[[^[\]]*schema\b[^[\]]*\](?:\s*\.map\([^()]*\))?\s*\.join\("(?:[. /:]|\\0)"\)/i,
  // keys of several texts in which a text may hold the separator
  /\.join\("\\0"\)/,
  // n.nspname || '.' || c.relname
  /nspname\s*\|\|\s*'/i,
];

/** Files in which a name is put together, with the reason. */
const MAKES_NAMES: Readonly<Record<string, string>> = {
  "pg/name.ts": "the one place where it is done",
  "pg/name-pattern.ts": "a pattern and a name are compared part by part",
};

test.each([
  "`${one.schema}.${one.name}`",
  "`${relation.schema}.${relation.name}.${column.name}`",
  "`${identForReading(schema)}.${identForReading(name)}`",
  "`${before.schema}\\0${before.relation}`",
  '[schema, name].join(".")',
  '[one.schema, one.relation].map(identForReading).join(".")',
  'path.join("\\0")',
  "select n.nspname || '.' || c.relname",
])("a key made by hand is seen: %s", (text) => {
  expect(BY_HAND.some((pattern) => pattern.test(text))).toBe(true);
});

test.each([
  "nameKey({ schema, name })",
  "`${relationKey(at)} / ${at.policy}`",
  "JSON.stringify([one.schema, one.name])",
  '[policy.schema, policy.relation, policy.name].map((name) => quoteLiteral(name)).join(", ")',
  "format('%I.%I', n.nspname, c.relname)",
])("no key made by hand is seen in %s", (text) => {
  expect(BY_HAND.some((pattern) => pattern.test(text))).toBe(false);
});

test("names are put together by pg/name.ts alone", () => {
  const texts = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|sql)$/.test(file) && !(file in MAKES_NAMES))
    .map((file) => ({ file, text: readFileSync(join(SRC, file), "utf8") }));
  const found = texts.flatMap(({ file, text }) =>
    BY_HAND.flatMap((pattern) => {
      const match = pattern.exec(text);
      return match === null ? [] : [`${file}:${text.slice(0, match.index).split("\n").length} ${match[0]}`];
    }),
  );
  expect(found).toEqual([]);
});

/** Ways in which code decides by words that are written for people: improving the words would change what it does. */
const BY_PROSE: readonly RegExp[] = [
  // why.startsWith("no trigger"), name.endsWith(" of B")
  /\.(?:startsWith|endsWith)\(\s*(["'`])(?:(?!\1)[^\n])*(?:[a-z] | [a-z])(?:(?!\1)[^\n])*\1/,
  // /own row|reference to a foreign row/.test(attack), const OWN = /own row/
  /[=(:?|&,!\s]\/(?![/*])(?:[^/\n\\]|\\.)*[a-z]{2,} [a-z]+(?:[^/\n\\]|\\.)*\/[a-z]*(?=[.,;)\s])/,
];

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*.*?\*\//gs, (comment) => comment.replaceAll(/[^\n]/g, "")).replaceAll(/(^|\s)\/\/[^\n]*/g, "$1");

/** Names of PostgreSQL's types that have a space in them. */
const TYPES = /character varying|double precision|with(?:out)? time zone|"time "/;

const proseIn = (text: string): string[] =>
  BY_PROSE.flatMap((pattern) => [...withoutComments(text).matchAll(new RegExp(pattern, "g"))])
    .map(([found]) => found)
    .filter((found) => !TYPES.test(found));

/** Words in conditions that are not rlsmith's own: file, the words, and whose they are. */
const WORDS_OF_OTHERS: readonly (readonly [file: string, words: string, whose: string])[] = [
  ["db/tls.ts", "does not support SSL", "a message of node-postgres, which has no code for it"],
  ["db/server.ts", "password must be a", "a message of node-postgres, which has no code for it"],
  ["db/server.ts", "no encryption|SSL off", "PostgreSQL's message; its SQLSTATE is that of every refused login"],
  ["db/server.ts", "connection terminated|not queryable", "messages of node-postgres, which have no code"],
  [
    "watch/test-results.ts",
    "is neither superuser nor BYPASSRLS",
    "a title of the emitted files: results hold nothing else",
  ],
  ["watch/test-results.ts", "row security is active on", "a title of the emitted files: results hold nothing else"],
  ["watch/test-results.ts", "Bail out!", "the Test Anything Protocol"],
  ["scratch/mend.ts", "does not exist", "PostgreSQL's message: the name is nowhere else"],
  ["scratch/mend.ts", "permission denied to set role", "PostgreSQL's message: the role is nowhere else"],
  ["verify/emit/vitest-runner.ts", 'startsWith("error "', "text of the emitted file, which compares its own answers"],
  ["apply/state/shadow.ts", "permission denied for (table|schema|database)", "PostgreSQL's message beside 42501"],
  ["apply/state/shadow.ts", "permission denied for schema", "PostgreSQL's message beside 42501: it names the schema"],
  ["apply/transaction/refused.ts", "permission denied for schema", "PostgreSQL's message beside 42501"],
  ["request/sqlstate.ts", "permission denied to set role", "PostgreSQL's message beside 42501"],
  ["request/sqlstate.ts", "permission denied for (table", "PostgreSQL's message beside 42501"],
  [
    "request/sqlstate.ts",
    "infinite recursion detected in policy",
    "PostgreSQL's message beside 42P17: the relation is nowhere else",
  ],
  ["request/sqlstate.ts", "row violates row-level security policy", "PostgreSQL's message beside 42501"],
  [
    "watch/log/message.ts",
    "",
    "the file of PostgreSQL's messages in a log, most of which has no field for what they name",
  ],
  ["migration-tools/tern.ts", "create above", "the line that divides a migration of tern"],
  ["verify/emit/short.ts", "insert into", "the SQL of the fixtures"],
  ["verify/emit/short.ts", "on conflict", "the SQL of the fixtures"],
  ["verify/emit/wrap.ts", "create function", "SQL whose body is put on lines of its own"],
  ["report/visible-sql.ts", "create above", "the same line, which no literal of a migration may hold"],
];

const isOfOthers = (file: string, found: string): boolean =>
  WORDS_OF_OTHERS.some(([where, words]) => where === file && found.includes(words));

test.each([
  'why.startsWith("no trigger")',
  'name.endsWith(" of B")',
  'name.startsWith("set_config ")',
  "if (/own row|reference to a foreign row/.test(attack)) return;",
  "const WORD = /^(read|insert own row) with /;",
  "names.filter((name) => /^(no claims|role missing)$/.test(name))",
])("prose as a condition is seen: %s", (text) => {
  expect(proseIn(text)).toHaveLength(1);
});

test.each([
  'form.kind === "with value"',
  'type.startsWith("timestamp")',
  'sqlstate.startsWith("22")',
  String.raw`/^\s*alter\s+system\b/i.test(text)`,
  "// not /own row/.test(attack)",
  'join(" and ")',
])("no prose as a condition is seen in %s", (text) => {
  expect(proseIn(text)).toEqual([]);
});

test("code decides by tags, never by words for people", () => {
  const found = files.flatMap((file) =>
    proseIn(readFileSync(join(SRC, file), "utf8"))
      .filter((text) => !isOfOthers(file, text))
      .map((text) => `${file}: ${text.trim()}`),
  );
  expect(found).toEqual([]);
});

test("every listed exception is still in the source", () => {
  const idle = WORDS_OF_OTHERS.filter(
    ([file, words]) => !proseIn(readFileSync(join(SRC, file), "utf8")).some((text) => text.includes(words)),
  );
  expect(idle).toEqual([]);
});
