import type { Catalog } from "../../pg/catalog.ts";
import { scanTokens } from "../../pg/expr/parse.ts";
import { as } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import type { ObjectChange, OutsideCatalog } from "./change.ts";
import { effectOf, type Effects } from "./row-effects.ts";
import { historyOf, type History } from "./history.ts";
import { statementWrites, treesOf } from "../../pg/statement-writes.ts";
import { worldsOf, type World } from "./world.ts";

/** A statement of a project's files. */
export interface FileStatement {
  text: string;
  file: string;
  line: number;
  /** the rows after COPY … FROM stdin */
  rows?: string;
}

/** The statements of one side, with what they were run against at the end. */
interface Files {
  side: "before" | "after";
  statements: readonly FileStatement[];
  world: World;
  other: World;
  history: History;
}

/**
 * Statements of one side alone that write rows on which access depends, or that do what no catalog shows: a row in a
 * table of members opens as much as a policy. So do statements of both sides that run in another order, or that call a
 * function which is another when they run. The catalogs are those of the two sides, and rows are in none of them.
 */
export function compareRows(
  catalogs: { before: Catalog; after: Catalog },
  before: readonly FileStatement[],
  after: readonly FileStatement[],
): ObjectChange[] {
  const worlds = worldsOf(catalogs.before, catalogs.after);
  const first: Files = {
    side: "before",
    statements: before,
    world: worlds.before,
    other: worlds.after,
    history: historyOf(before),
  };
  const second: Files = {
    side: "after",
    statements: after,
    world: worlds.after,
    other: worlds.before,
    history: historyOf(after),
  };
  const [removed, added] = [without(before, after), without(after, before)];
  return [
    ...removed.flatMap((one) => told(first, one)),
    ...added.flatMap((one) => told(second, one)),
    ...runOtherwise(first, new Set(removed)),
    ...runOtherwise(second, new Set(added)),
    ...reordered(first, second, new Set([...removed, ...added])),
  ];
}

const meaning = ({ text, rows = "" }: FileStatement): string => plain(text) + rows;

/** Those that the others lack, as often as they lack them. */
function without(all: readonly FileStatement[], others: readonly FileStatement[]): FileStatement[] {
  const counts = new Map<string, number>();
  for (const one of others) counts.set(meaning(one), (counts.get(meaning(one)) ?? 0) + 1);
  return all.filter((one) => {
    const left = counts.get(meaning(one)) ?? 0;
    counts.set(meaning(one), left - 1);
    return left <= 0;
  });
}

const plainTexts = new Map<string, string>();

/** The tokens of a statement: comments and spaces between them decide nothing. */
function plain(text: string): string {
  const known = plainTexts.get(text);
  if (known !== undefined) return known;
  const made = tokensOf(text);
  plainTexts.set(text, made);
  return made;
}

function tokensOf(text: string): string {
  try {
    return scanTokens(text)
      .map(({ text: token }) => token)
      .join(" ");
  } catch {
    return text.trim();
  }
}

/** What is told of a statement that runs on one side alone, or otherwise there. */
function told(files: Files, statement: FileStatement): ObjectChange[] {
  const why = reasonOf(files, effectOf(files, statement.text), statement);
  return why ? [{ effect: "cannot be told", kind: "statement", name: at(statement), roles: [], why }] : [];
}

const at = ({ file, line }: FileStatement): string => `${file}:${line}`;

function reasonOf({ side }: Files, effects: Effects, { text }: FileStatement): ObjectChange["why"] | null {
  const shown = { side, statement: firstLine(text) };
  const outside = (what: OutsideCatalog): ObjectChange["why"] => ({ kind: "does something else", ...shown, what });
  if (effects.outside !== null) return outside(effects.outside);
  if (effects.relations.size === 0) return null;
  return { kind: "writes rows", ...shown, relations: [...effects.relations], copies: effects.copies };
}

const firstLine = (text: string): string =>
  (text.split("\n").find((line) => line.trim() !== "" && !line.trim().startsWith("--")) ?? "").trim().slice(0, 120);

/** Statements of both sides after the definition of a function, on this side alone, that they call. */
function runOtherwise(files: Files, own: ReadonlySet<FileStatement>): ObjectChange[] {
  const defined = new Set<string>();
  return files.statements.flatMap((statement): ObjectChange[] => {
    if (own.has(statement)) {
      for (const tree of treesOf(statement.text)) {
        const name = nameParts(as("CreateFunctionStmt", tree)?.funcname).at(-1);
        if (name !== undefined) defined.add(name);
      }
      return [];
    }
    if (defined.size === 0) return [];
    const { calls } = statementWrites(statement.text);
    return calls.some((name) => defined.has(name.at(-1) ?? "")) ? told(files, statement) : [];
  });
}

/** Statements of both sides that decide, and run in another order: the last one counts. */
function reordered(first: Files, second: Files, own: ReadonlySet<FileStatement>): ObjectChange[] {
  const deciding = (files: Files): FileStatement[] =>
    files.statements.filter((one) => !own.has(one) && mayWrite(one.text) && told(files, one).length > 0);
  const [one, two] = [deciding(first), deciding(second)];
  const moved = two.filter(({ text }, place) => plain(text) !== plain(one[place]?.text ?? ""));
  return moved.slice(0, 1).flatMap((statement) => told(second, statement));
}

const mayWrite = (text: string): boolean => {
  const { rows, calls, sequences, dynamic } = statementWrites(text);
  return rows.length + calls.length + sequences.length > 0 || dynamic;
};
