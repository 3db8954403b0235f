import { expect, test } from "vitest";
import { ERRORS, FINDINGS, type ErrorPage, type FindingPage } from "../../src/codes/index.ts";
import { ToolError } from "../../src/errors.ts";
import { finding } from "../../src/finding.ts";
import { callsOf, endsOf, literalsOf, sourceFiles, type Ends } from "./source.ts";

const files = sourceFiles();

interface Thrown {
  where: string;
  kinds: Ends[];
  codes: Ends[];
  messages: Ends[];
  hints: Ends[];
}

const thrown: Thrown[] = files.flatMap(({ file, program }) =>
  callsOf(program, "ToolError").map(({ values, functions }, at) => {
    const [kinds, codes, messages, hints] = values.map((value) => endsOf(value, functions, program));
    return {
      where: `${file} (${at + 1})`,
      kinds: kinds ?? [],
      codes: codes ?? [],
      messages: messages ?? [],
      hints: hints ?? [],
    };
  }),
);

const errors: Record<string, ErrorPage> = ERRORS;
const findings: Record<string, FindingPage> = FINDINGS;

// SQL keywords are upper case in messages too
const startsAsSentence = ({ start }: Ends): boolean => start !== null && /^[A-Z](?![A-Z])/.test(start);
// a dot of its own is the current folder of a command line
const endsAsSentence = ({ end }: Ends): boolean => end !== null && /[^ ][.!]$/.test(end);

test("every thrown error has a kind and a code in the source, except errors that are rethrown", () => {
  expect(thrown.length).toBeGreaterThan(80);
  const unknown = thrown.filter(({ kinds, codes }) => [...kinds, ...codes].some(({ start }) => start === null));
  expect(unknown.map(({ where }) => where)).toEqual(["apply/transaction/groups-so-far.ts (1)"]);
});

test("every error is thrown with the kind of its page", () => {
  const wrong = thrown.flatMap(({ where, kinds, codes }) =>
    codes.flatMap(({ start }) =>
      start === null || kinds.every((kind) => kind.start === errors[start]?.kind) ? [] : [`${where} ${start}`],
    ),
  );
  expect(wrong).toEqual([]);
});

test("messages and hints are there, lower case, without a final period", () => {
  const wrong = thrown.flatMap(({ where, messages, hints }) =>
    [...messages, ...hints]
      .filter((ends) => ends.start === "" || startsAsSentence(ends) || endsAsSentence(ends))
      .map(({ start, end }) => `${where} ${start} … ${end}`),
  );
  expect(wrong).toEqual([]);
  expect(thrown.filter(({ messages, hints }) => messages.length === 0 || hints.length === 0)).toEqual([]);
});

test("messages and hints of findings are lower case, without a final period", () => {
  const wrong = files.flatMap(({ file, program }) =>
    callsOf(program, "finding").flatMap(({ values, functions }) =>
      values
        .slice(3)
        .flatMap((value) => endsOf(value, functions, program))
        .filter((ends) => startsAsSentence(ends) || endsAsSentence(ends))
        .map(({ start, end }) => `${file} ${start} … ${end}`),
    ),
  );
  expect(wrong).toEqual([]);
});

test("a code without a page does not compile", () => {
  // @ts-expect-error: not in the catalogue of errors
  const error = new ToolError("usage", "NO_SUCH_CODE", "message", "hint");
  // @ts-expect-error: not in the catalogue of findings
  const found = finding("no-such-code", "info", { kind: "database" }, "message");
  expect([error.code in errors, found.code in findings]).toEqual([false, false]);
});

test("every page is of a code that the source uses", () => {
  const used = new Set(files.flatMap(({ program }) => literalsOf(program)));
  expect([...Object.keys(ERRORS), ...Object.keys(FINDINGS)].filter((code) => !used.has(code))).toEqual([]);
});

test.each([
  ["scratch", "replay"],
  ["classify", "inspect"],
  ["rewrite", "plan"],
  ["claims", "claims"],
] as const)("findings of src/%s are those whose page says that they come from %s", (folder, stage) => {
  const used = files
    // package.json is no part of the database, and is read by the pipeline
    .filter(({ file }) => file.startsWith(`${folder}/`) || (stage === "plan" && file === "pipeline/direct-drivers.ts"))
    .flatMap(({ program }) => literalsOf(program))
    // a rule and an idiom may have the name of a finding
    .filter((text) => text in findings && !(stage === "plan" && text === "bypass-flag"));
  const pages = Object.entries(findings).filter(([, { by }]) => by.includes(stage));
  expect([...new Set(used)].toSorted()).toEqual(pages.map(([code]) => code).toSorted());
});

test("titles are clauses, everything else on a page is made of sentences", () => {
  const pages: [string, ErrorPage | FindingPage][] = [...Object.entries(errors), ...Object.entries(findings)];
  const isClause = (text: string): boolean => /^([^A-Z]|[A-Z]{2})/.test(text) && !/[.!?]$/.test(text);
  const isSentence = (text: string): boolean => text.endsWith(".");
  const wrong = pages.flatMap(([code, page]) => [
    ...(isClause(page.title) ? [] : [`${code}: ${page.title}`]),
    ...[page.why, ...page.todo, ...("otherwise" in page && page.otherwise ? [page.otherwise] : [])]
      .filter((text) => !isSentence(text))
      .map((text) => `${code}: ${text}`),
  ]);
  expect(wrong).toEqual([]);
});
