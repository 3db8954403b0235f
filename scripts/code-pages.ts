import { exitCodeOf } from "../src/cli/exit.ts";
import { ERRORS, FINDINGS, type ErrorPage, type FindingPage, type FindingStage } from "../src/codes/index.ts";

const sentence = (clause: string): string => `${clause[0]?.toUpperCase()}${clause.slice(1)}.`;
const paragraphs = (...parts: readonly string[]): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`;
const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join("\n");
const byCode = (a: [string, unknown], b: [string, unknown]): number => (a[0] < b[0] ? -1 : 1);

const STAGES: Record<FindingStage, string> = {
  replay: "every command that reads a migrations folder",
  inspect: "`rlsmith inspect`",
  plan: "`rlsmith plan`",
  claims: "`rlsmith claims`",
};

const severities = ([usual, ...others]: FindingPage["severity"]): string =>
  others.length === 0 ? usual : `${usual}, or ${others.join(" or ")}`;

const reporters = (page: FindingPage): string => page.by.map((stage) => STAGES[stage]).join(" and ");

const example = ({ example }: FindingPage): string =>
  example === null
    ? ""
    : paragraphs(
        "## Example",
        `\`\`\`sql\n${example.sql.trim()}\n\`\`\``,
        example.config === undefined
          ? ""
          : `With this in rlsmith.config.ts:\n\n\`\`\`json\n${JSON.stringify(example.config, null, 2)}\n\`\`\``,
      ).trimEnd();

/** File name → text of every page under docs/findings. */
export function findingPages(): Map<string, string> {
  const entries: [string, FindingPage][] = Object.entries(FINDINGS).toSorted(byCode);
  const files = new Map(
    entries.map(([code, page]) => [
      `${code}.md`,
      paragraphs(
        `# ${code}`,
        sentence(page.title),
        `Severity: ${severities(page.severity)}. Reported by ${reporters(page)}.${page.otherwise === undefined ? "" : ` ${page.otherwise}`}`,
        page.why,
        example(page),
        "## What to do",
        list(page.todo),
      ),
    ]),
  );
  const rows = entries.map(
    ([code, page]) => `| [${code}](${code}.md) | ${page.title} | ${page.severity.join(", ")} | ${page.by.join(", ")} |`,
  );
  return files.set(
    "README.md",
    paragraphs(
      "# Findings",
      "A finding is a fact about your database or your migrations. Made from src/codes by `npm run docs`; the tests run every example.",
      ["| code | meaning | severity | reported by |", "|---|---|---|---|", ...rows].join("\n"),
    ),
  );
}

/** File name → text of every page under docs/errors. */
export function errorPages(): Map<string, string> {
  const entries: [string, ErrorPage][] = Object.entries(ERRORS).toSorted(byCode);
  const files = new Map(
    entries.map(([code, page]) => [
      `${code}.md`,
      paragraphs(
        `# ${code}`,
        sentence(page.title),
        `Kind: ${page.kind}. Exit code ${exitCodeOf[page.kind]}.`,
        page.why,
        "## What to do",
        list(page.todo),
      ),
    ]),
  );
  const rows = entries.map(
    ([code, page]) => `| [${code}](${code}.md) | ${page.title} | ${page.kind} | ${exitCodeOf[page.kind]} |`,
  );
  return files.set(
    "README.md",
    paragraphs(
      "# Errors",
      "An error means that rlsmith could not go on, for a reason outside its own code, except INTERNAL_ERROR. Every error prints its code, a message and a hint; [with `--format json`](../json.md) as an object. Made from src/codes by `npm run docs`.",
      ["| code | meaning | kind | exit code |", "|---|---|---|---|", ...rows].join("\n"),
    ),
  );
}
