import type { Catalog } from "../../pg/catalog.ts";
import { scanTokens } from "../../pg/expr/parse.ts";
import { as } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { firstLineOf } from "../../pg/first-line.ts";
import { statementWrites, treesOf, type StatementWrites } from "../../pg/statement-writes.ts";
import type { ObjectChange } from "./change.ts";
import { historyOf, type History } from "./history.ts";
import { effectOf, type Effects } from "./row-effects.ts";
import { worldsOf, type World } from "./world.ts";

/** A statement of a project's files. */
export interface FileStatement {
  text: string;
  file: string;
  line: number;
  /** the rows after COPY … FROM stdin */
  rows?: string;
}

/** A statement with what is asked of it several times. */
interface Ran extends FileStatement {
  /** its tokens, and the rows after it: comments and spaces decide nothing */
  meaning: string;
  writes: StatementWrites;
}

/** The statements of one side, with what they were run against at the end. */
interface Files {
  side: "before" | "after";
  statements: readonly Ran[];
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
  const once = new Map<string, Pick<Ran, "meaning" | "writes">>();
  const ran = (all: readonly FileStatement[]): Ran[] => all.map((one) => ({ ...one, ...readOnce(once, one) }));
  const filesOf = (side: "before" | "after", statements: readonly FileStatement[]): Files => ({
    side,
    statements: ran(statements),
    world: worlds[side],
    other: worlds[side === "before" ? "after" : "before"],
    history: historyOf(statements),
  });
  const [first, second] = [filesOf("before", before), filesOf("after", after)];
  const [removed, added] = [without(first.statements, second.statements), without(second.statements, first.statements)];
  return [
    ...removed.flatMap((one) => told(first, one)),
    ...added.flatMap((one) => told(second, one)),
    ...runOtherwise(first, new Set(removed)),
    ...runOtherwise(second, new Set(added)),
    ...reordered(first, second, new Set([...removed, ...added])),
  ];
}

/** Most statements are on both sides. */
function readOnce(
  known: Map<string, Pick<Ran, "meaning" | "writes">>,
  { text, rows = "" }: FileStatement,
): Pick<Ran, "meaning" | "writes"> {
  const key = text + rows;
  const found = known.get(key) ?? { meaning: tokensOf(text) + rows, writes: statementWrites(text) };
  known.set(key, found);
  return found;
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

/** Those that the others lack, as often as they lack them. */
function without(all: readonly Ran[], others: readonly Ran[]): Ran[] {
  const counts = new Map<string, number>();
  for (const { meaning } of others) counts.set(meaning, (counts.get(meaning) ?? 0) + 1);
  return all.filter(({ meaning }) => {
    const left = counts.get(meaning) ?? 0;
    counts.set(meaning, left - 1);
    return left <= 0;
  });
}

/** What is told of a statement that runs on one side alone, or otherwise there. */
function told(files: Files, statement: Ran): ObjectChange[] {
  const why = reasonOf(files.side, effectOf(files, statement.writes), statement);
  const name = `${statement.file}:${statement.line}`;
  return why ? [{ effect: "cannot be told", kind: "statement", name, roles: [], why }] : [];
}

function reasonOf(side: Files["side"], effects: Effects, { text }: Ran): ObjectChange["why"] | null {
  const shown = { side, statement: firstLineOf(text) };
  if (effects.outside !== null) return { kind: "does something else", ...shown, what: effects.outside };
  if (effects.relations.size === 0) return null;
  return { kind: "writes rows", ...shown, relations: [...effects.relations], copies: effects.copies };
}

/** Statements of both sides after the definition of a function, on this side alone, that they call. */
function runOtherwise(files: Files, own: ReadonlySet<Ran>): ObjectChange[] {
  const defined = new Set<string>();
  return files.statements.flatMap((statement): ObjectChange[] => {
    if (own.has(statement)) {
      for (const tree of treesOf(statement.text)) {
        const name = nameParts(as("CreateFunctionStmt", tree)?.funcname).at(-1);
        if (name !== undefined) defined.add(name);
      }
      return [];
    }
    return statement.writes.calls.some((name) => defined.has(name.at(-1) ?? "")) ? told(files, statement) : [];
  });
}

/** Statements of both sides that decide, and run in another order: the last one counts. */
function reordered(first: Files, second: Files, own: ReadonlySet<Ran>): ObjectChange[] {
  const [one, two] = [first, second].map(({ statements }) =>
    statements.filter((ran) => !own.has(ran) && mayWrite(ran)),
  );
  // an effect takes longer to find than that nothing has moved
  if (one?.every(({ meaning }, place) => meaning === two?.[place]?.meaning)) return [];
  const deciding = (files: Files, all: readonly Ran[] = []): Ran[] => all.filter((ran) => told(files, ran).length > 0);
  const [olds, news] = [deciding(first, one), deciding(second, two)];
  const moved = news.find(({ meaning }, place) => meaning !== olds[place]?.meaning);
  return moved ? told(second, moved) : [];
}

const mayWrite = ({ writes: { rows, calls, sequences, dynamic } }: Ran): boolean =>
  rows.length + calls.length + sequences.length > 0 || dynamic;
