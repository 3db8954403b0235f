/** What became of a test case in one run. */
export type CaseStatus = "passed" | "failed" | "skipped";

/** A test case as a run reports it. */
export interface ReportedCase {
  /** relative to the project, with `/` */
  path: string;
  /** the titles of the suites around it, and its own */
  titles: readonly string[];
  status: CaseStatus;
}

/** The name of a reported case; cases with the same one cannot be told apart. */
export const reportedId = ({ path, titles }: Pick<ReportedCase, "path" | "titles">): string =>
  JSON.stringify([path, ...titles]);

/** The cases of a run, by `reportedId`. Of two with the same name the worse one counts. */
export type SuiteRun = ReadonlyMap<string, ReportedCase>;

/**
 * Read the JSON report of vitest (`--reporter=json`) or jest (`--json`). `relative`: the path of a test file in the
 * project. Null: it is no such report, or it holds no case.
 */
export function readReport(text: string, relative: (file: string) => string): SuiteRun | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const found = new Map<string, ReportedCase>();
  for (const file of listOf(value, "testResults")) {
    const name = textOf(file, "name") ?? textOf(file, "testFilePath");
    if (name === null) return null;
    for (const one of [...listOf(file, "assertionResults"), ...listOf(file, "testResults")]) {
      const title = textOf(one, "title");
      if (title === null) return null;
      const above = listOf(one, "ancestorTitles").filter((item): item is string => typeof item === "string");
      const made: ReportedCase = { path: relative(name), titles: [...above, title], status: statusOf(one) };
      const id = reportedId(made);
      const known = found.get(id);
      if (!known || WORSE[made.status] > WORSE[known.status]) found.set(id, made);
    }
  }
  return found.size === 0 ? null : found;
}

const WORSE: Readonly<Record<CaseStatus, number>> = { passed: 0, skipped: 1, failed: 2 };

function statusOf(one: unknown): CaseStatus {
  const status = textOf(one, "status");
  return status === "passed" || status === "failed" ? status : "skipped";
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;

function listOf(value: unknown, key: string): unknown[] {
  const found = fieldOf(value, key);
  return Array.isArray(found) ? found : [];
}

function textOf(value: unknown, key: string): string | null {
  const found = fieldOf(value, key);
  return typeof found === "string" ? found : null;
}
