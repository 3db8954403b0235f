import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { UnsetVariable } from "../errors.ts";
import { finding } from "../finding.ts";
import type { MigrationFile } from "../migration-tools/index.ts";
import { firstLineOf } from "../pg/first-line.ts";
import { missingIn, type PsqlCommand } from "./psql/index.ts";
import type { ReplayFailure, ReplayReport } from "./replay-report.ts";
import { digestOf, type ReplayStatement } from "./run-file.ts";
import { splitStatements } from "./split.ts";

/** The place from which a file is read, and where its faults are reported. */
export interface Including {
  projectDir: string;
  /** the files that include it */
  above: readonly string[];
  /** psql's variables; changed by the file */
  variables: Map<string, string>;
  report: ReplayReport;
  fail: (failure: ReplayFailure) => void;
  /** extended by the variables that have no value */
  unset: UnsetVariable[];
  /** extended by the rows after COPY … FROM stdin, which no replay sends */
  copied?: CopiedRows[];
}

/** COPY … FROM stdin of a file, and the rows after it. */
export interface CopiedRows extends ReplayStatement {
  rows: string;
}

/** The statements of a file as psql would send them, with \\ir followed. */
export function statementsOf({ path, sql, firstLine }: MigrationFile, including: Including): ReplayStatement[] {
  const at = (line: number): number => line + firstLine - 1;
  const included = new Map<PsqlCommand, ReplayStatement[]>();
  const { parts, broken, unset } = splitStatements(sql, including.variables, (command) => {
    // an included file is read at once: it may set variables for the rest of this one
    if (INCLUDES.has(command.command)) included.set(command, include(command, path, at(command.line), including));
  });
  for (const { name, line } of unset) including.unset.push({ name, file: path, line: at(line) });
  const statements = parts.flatMap((part): ReplayStatement[] => {
    if (part.kind === "psql") {
      const found = included.get(part);
      if (part.command === "copy rows")
        including.copied?.push({
          text: part.argument,
          rows: part.words.join("\n"),
          file: path,
          line: at(part.line),
        });
      if (!found) report(part, path, at(part.line), including);
      return found ?? [];
    }
    for (const { name, line } of missingIn(part.text, at(part.line))) including.unset.push({ name, file: path, line });
    return [{ text: part.text, file: path, line: at(part.line) }];
  });
  if (broken)
    including.fail({
      file: path,
      line: at(broken.line),
      firstLine: firstLineOf(broken.text),
      digest: digestOf(broken.text),
      sqlstate: "42601",
      message: broken.message,
      unreliable: "everything in the file from this line on",
    });
  return statements;
}

const INCLUDES: ReadonlySet<string> = new Set(["i", "include", "ir", "include_relative"]);

/** The statements of an included file. */
function include({ command, words }: PsqlCommand, path: string, line: number, including: Including): ReplayStatement[] {
  const { projectDir, above } = including;
  const [named = ""] = words;
  const beside = resolve(dirname(join(projectDir, path)), named);
  // psql reads \\i from the folder in which it was started: the project's, or that of the file
  const started = resolve(projectDir, named);
  const target = !["ir", "include_relative"].includes(command) && existsSync(started) ? started : beside;
  const name = relative(projectDir, target);
  if (!above.includes(target) && named !== "" && existsSync(target))
    return statementsOf(
      { path: name, sql: readFileSync(target, "utf8"), firstLine: 1 },
      { ...including, above: [...above, target] },
    );
  including.fail({
    file: path,
    line,
    firstLine: `\\${command} ${named}`,
    digest: digestOf(named),
    sqlstate: "58P01",
    message: above.includes(target) ? `\`${name}\` includes itself` : `\`${name}\` does not exist`,
    unreliable: "everything that the included file creates",
  });
  return [];
}

/** The commands that decide which statements run, and what of the result is not known without them. */
const DECIDES: Readonly<Record<string, readonly [why: string, unreliable: string]>> = {
  gexec: [
    "psql runs the rows of the query as statements, which is not done here",
    "everything that its rows would have created",
  ],
  if: ["the condition is not known, so its branch was left out", "everything between it and the next branch"],
};

/** The commands after which psql is connected as another role, or to another database. */
const CONNECTS: ReadonlySet<string> = new Set(["c", "connect"]);

/** Report a command that was not carried out. */
function report({ command, argument }: PsqlCommand, file: string, line: number, including: Including): void {
  const decides = DECIDES[command];
  if (decides)
    return including.fail({
      file,
      line,
      firstLine: firstLineOf(`\\${command} ${argument}`),
      digest: digestOf(`${command} ${argument}`),
      sqlstate: "0A000",
      message: decides[0],
      unreliable: decides[1],
    });
  const connects = CONNECTS.has(command);
  const skipped = connects
    ? `\`${firstLineOf(`\\${command} ${argument}`)}\` was skipped: the statements after it ran in the same database, as the same role`
    : `\`\\${command}\` is a command of psql and was skipped`;
  including.report.notices.push(
    finding(
      "psql-command",
      connects ? "warning" : "info",
      { kind: "file", file, line },
      command === "copy rows" ? `the rows of \`${firstLineOf(argument)}\` were skipped` : skipped,
    ),
  );
}
