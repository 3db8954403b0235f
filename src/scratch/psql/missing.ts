import { parseStatements } from "../../pg/expr/parse.ts";
import { pieceAt, readReference } from "./scanner.ts";

/** A variable of psql without a value. */
export interface Missing {
  name: string;
  line: number;
}

/**
 * The references in a statement that psql has left in place and that SQL does not allow there: a slice of an array
 * (`a[1:n]`) has a colon, too. `line`: the line at which the statement begins.
 */
export function missingIn(statement: string, line: number): Missing[] {
  if (!/:['"]?[\w\u0080-\uFFFF]/.test(statement)) return [];
  const found: Missing[] = [];
  for (let at = 0, here = line; at < statement.length;) {
    const { kind, text } = pieceAt(statement, at);
    if (kind === "reference") found.push({ name: readReference(text).name, line: here });
    here += text.split("\n").length - 1;
    at += text.length;
  }
  // the name of a variable may begin with a digit, but nobody calls one so
  const named = found.filter(({ name }) => !/^\d/.test(name));
  return named.length > 0 && !parses(statement) ? named : [];
}

function parses(statement: string): boolean {
  try {
    parseStatements(statement);
    return true;
  } catch {
    return false;
  }
}
