/** What a file of test results says. */
export interface TestResults {
  cases: { name: string; outcome: "passed" | "failed" | "skipped" }[];
  /** false: the run was cut off, or its file was */
  complete: boolean;
  /** ISO 8601: when the run began, by the file; null: it does not say */
  at: string | null;
}

/** What the results of a project's isolation tests are worth as evidence. */
export type TestEvidence =
  | { kind: "accepted"; roles: string[]; cases: number }
  /** the personas are proved unprivileged, and tests failed */
  | { kind: "failed"; failed: number; cases: number }
  | { kind: "refused"; because: TestRefusal; roles: string[] };

/** Why results are no evidence. */
export type TestRefusal =
  /** there is no such file, or it is neither JUnit XML nor TAP */
  | "unreadable"
  /** the run did not come to its end */
  | "incomplete"
  /** it is older than the change */
  | "older"
  /** no test shows that row security applies to the personas */
  | "persona not proved"
  /** row security does not apply to `roles`: they are superusers, or have BYPASSRLS */
  | "privileged persona"
  /** nothing but the personas was tested */
  | "nothing asserted";

/** The title of a test of the emitted files (verify/emit/contents.ts) that passes only for a role that row security applies to. */
const UNPRIVILEGED = /(?:^|> |\s)role (?<role>.+) is neither superuser nor BYPASSRLS$/;
/** That row security is active for a role says nothing of what it reaches. */
const ACTIVE = /: row security is active on /;

/**
 * Judge results as evidence of isolation. `since`: ISO 8601, a moment before the change; null: it is not known.
 * `bypassing`: the roles of the target that row security does not concern. The titles are believed: they are those of
 * the files that `rlsmith verify --emit` writes.
 */
export function evidenceOf(
  results: TestResults | null,
  { since, bypassing }: { since: string | null; bypassing: readonly string[] },
): TestEvidence {
  const refused = (because: TestRefusal, roles: string[] = []): TestEvidence => ({ kind: "refused", because, roles });
  if (results === null) return refused("unreadable");
  const { cases, complete, at } = results;
  if (!complete) return refused("incomplete");
  if (since !== null && (at === null || Date.parse(at) < Date.parse(since))) return refused("older");
  const personas = cases.flatMap(({ name, outcome }) => {
    const role = UNPRIVILEGED.exec(name)?.groups?.["role"];
    return role === undefined ? [] : [{ role, outcome }];
  });
  const privileged = personas.filter(({ role, outcome }) => outcome === "failed" || bypassing.includes(role));
  if (privileged.length > 0) return refused("privileged persona", [...new Set(privileged.map(({ role }) => role))]);
  const unproved = personas.filter(({ outcome }) => outcome !== "passed").map(({ role }) => role);
  if (personas.length === 0 || unproved.length > 0) return refused("persona not proved", unproved);
  const rest = cases.filter(({ name }) => !UNPRIVILEGED.test(name));
  const failed = rest.filter(({ outcome }) => outcome === "failed").length;
  if (failed > 0) return { kind: "failed", failed, cases: rest.length };
  const asserted = rest.filter(({ name, outcome }) => outcome === "passed" && !ACTIVE.test(name)).length;
  if (asserted === 0) return refused("nothing asserted");
  return { kind: "accepted", roles: [...new Set(personas.map(({ role }) => role))], cases: asserted };
}

/** Read JUnit XML or TAP. Null: it is neither. */
export function readTestResults(text: string): TestResults | null {
  if (/^\uFEFF?\s*</.test(text)) return junitResults(text);
  return /^(?:not )?ok\b|^1\.\.\d+/m.test(text) ? tapResults(text) : null;
}

const ATTRIBUTES = String.raw`((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*`;

function junitResults(text: string): TestResults | null {
  // what a test has printed may look like a result
  const plain = text.replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, "");
  const root = new RegExp(`<(testsuites?)${ATTRIBUTES}(/?)>`).exec(plain);
  if (root === null) return null;
  const cases = [...plain.matchAll(new RegExp(`<testcase${ATTRIBUTES}(?:/>|>([\\s\\S]*?)</testcase>)`, "g"))].map(
    ([, attributes = "", body = ""]): TestResults["cases"][number] => ({
      name: attributeOf(attributes, "name") ?? "",
      outcome: /<(?:failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed",
    }),
  );
  const begun = plain.match(/<testcase\b/g)?.length ?? 0;
  const attributes = root[2] ?? "";
  const declared = Number(attributeOf(attributes, "tests") ?? begun);
  const bad = ["failures", "errors"].reduce((sum, name) => sum + Number(attributeOf(attributes, name) ?? 0), 0);
  const failed = cases.filter(({ outcome }) => outcome === "failed").length;
  const closes = root[3] === "/" || new RegExp(`</${root[1]}>\\s*$`).test(plain);
  const time = /\btimestamp\s*=\s*["']([^"']+(?:Z|[+-]\d\d:?\d\d))["']/.exec(plain)?.[1];
  return {
    cases,
    // a suite that could not begin is counted at the top, and has no case
    complete: closes && begun === cases.length && declared <= cases.length && bad <= failed,
    at: time === undefined || Number.isNaN(Date.parse(time)) ? null : new Date(time).toISOString(),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function attributeOf(attributes: string, name: string): string | null {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  const value = found?.[1] ?? found?.[2];
  return value?.replaceAll(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole) ?? null;
}

function tapResults(text: string): TestResults {
  const lines = text.split(/\r?\n/);
  const cases = lines.flatMap((line): TestResults["cases"] => {
    // an indented line belongs to a subtest, which has a line of its own
    const found = /^(?<not>not )?ok\b(?:\s+\d+)?\s*(?:- )?(?<rest>.*)$/.exec(line)?.groups;
    if (!found) return [];
    const [, name = "", directive] = /^(.*?)(?:\s+#\s*(skip|todo)\b.*)?$/i.exec(found["rest"] ?? "") ?? [];
    return [
      {
        name: name.trim().replaceAll(String.raw`\#`, "#"),
        outcome: directive !== undefined ? "skipped" : found["not"] === undefined ? "passed" : "failed",
      },
    ];
  });
  const plans = lines.flatMap((line) => /^1\.\.(\d+)/.exec(line)?.[1] ?? []).map(Number);
  return {
    cases,
    complete:
      plans.length > 0 &&
      plans.reduce((sum, n) => sum + n, 0) === cases.length &&
      !lines.some((line) => line.startsWith("Bail out!")),
    at: null,
  };
}
