import type { Outcome } from "./context.ts";
import type { GuardKind } from "./kind.ts";
import { mixedIn, retiredIn, type GuardNames } from "./names.ts";

/** A line that still names something that is retired. */
export interface Residue {
  line: number;
  what: string;
  /** a comment: it decides nothing */
  isComment: boolean;
}

const COMMENT = /^\s*#/;
const COMMENT_OF_CODE = /^\s*(?:\/\/|\*|\/\*)/;

const IN_CODE: ReadonlySet<GuardKind> = new Set(["lint-config", "danger"]);

/** Kinds whose own reading lists all that is in doubt. */
const READ_WHOLE: ReadonlySet<GuardKind> = new Set([
  "guard-test",
  "program",
  "lint-rule",
  "python-script",
  "instructions",
]);

/** Lines of the result of a file that name what is retired, and that no finding speaks of. Lines are those before. */
export function residueOf(kind: GuardKind, text: string, outcome: Outcome, names: GuardNames): Residue[] {
  if (outcome.after === null || READ_WHOLE.has(kind)) return [];
  const before = text.split("\n");
  let n = 0;
  const told = [...outcome.left, ...outcome.forbids];
  return outcome.after.split("\n").flatMap((line): Residue[] => {
    // the result is what was there before, less some lines
    const found = before.indexOf(line, n);
    if (found !== -1) n = found + 1;
    if ((retiredIn(line.replaceAll("\\", ""), names) ?? mixedIn(line, names)) === null) return [];
    const at = found === -1 ? n : found + 1;
    if (told.some((one) => at >= one.line && at <= (one.endLine ?? one.line) + 1)) return [];
    const isComment =
      kind !== "package-json" && kind !== "lint-staged" && (IN_CODE.has(kind) ? COMMENT_OF_CODE : COMMENT).test(line);
    const isRefusal = kind === "lint-config" && /message|no-restricted|selector/.test(line) && !line.includes(":not(");
    return isRefusal ? [] : [{ line: at, what: line.trim(), isComment }];
  });
}
