import type { PlFunction, Sql, Statement, Target } from "./node.ts";

/** The role of an SQL text in its statement. */
export type SqlRole =
  /** decides which statement runs next: IF, WHILE, EXIT WHEN, CASE, ASSERT */
  | "condition"
  /** the value of a variable: an assignment, a default, the bounds of a loop, arguments of a cursor */
  | "value"
  | "result"
  /** an SQL statement of its own, PERFORM and CALL among them */
  | "statement"
  /** its rows are consumed by a loop, a cursor or RETURN QUERY */
  | "query"
  /** computes the text of a statement that EXECUTE runs */
  | "dynamic"
  | "using"
  | "message"
  | "unknown";

export interface EmbeddedSql {
  role: SqlRole;
  sql: Sql;
  /** null for a declaration */
  statement: Statement | null;
}

/** A list of statements inside a statement. */
export interface Nested {
  part: "branch" | "otherwise" | "loop" | "block" | "handler";
  body: Statement[];
}

/** The SQL of the statement itself, in the order of the text, without the SQL of statements inside it. */
export function sqlOf(statement: Statement): EmbeddedSql[] {
  const found: EmbeddedSql[] = [];
  const add = (role: SqlRole, ...texts: (Sql | null)[]): void => {
    for (const sql of texts) if (sql) found.push({ role, sql, statement });
  };
  switch (statement.kind) {
    case "assign":
      add("value", statement.value);
      break;
    case "case":
      add("condition", statement.subject, ...statement.branches.map(({ when }) => when));
      break;
    case "if":
      add("condition", ...statement.branches.map(({ when }) => when));
      break;
    case "while":
    case "exit":
    case "continue":
      add("condition", statement.when);
      break;
    case "assert":
      add("condition", statement.when);
      add("message", statement.message);
      break;
    case "for-integer":
      add("value", statement.lower, statement.upper, statement.step);
      break;
    case "foreach":
      add("value", statement.array);
      break;
    case "for-cursor":
      add("value", statement.arguments);
      break;
    case "open":
      add("value", statement.arguments);
      add("query", statement.query);
      break;
    case "for-query":
    case "return-query":
      add("query", statement.query);
      break;
    case "for-execute":
    case "return-execute":
    case "open-execute":
    case "execute":
      add("dynamic", statement.query);
      add("using", ...statement.using);
      break;
    case "return":
    case "return-next":
      if (statement.value.kind === "expression") add("result", statement.value.sql);
      break;
    case "raise":
      add("message", ...statement.parameters, ...statement.options);
      break;
    case "sql":
    case "call":
      add("statement", statement.sql);
      break;
    case "perform":
      add("statement", statement.query);
      break;
    case "fetch":
      add("value", statement.count);
      break;
    case "unknown":
      add("unknown", ...statement.sql);
      break;
    case "block":
    case "loop":
    case "get-diagnostics":
    case "close":
    case "commit":
    case "rollback":
      break;
    default:
      return statement satisfies never;
  }
  return found;
}

/** The lists of statements directly inside a statement, in the order of the text. */
export function nestedIn(statement: Statement): Nested[] {
  switch (statement.kind) {
    case "block":
      return [
        { part: "block", body: statement.body },
        ...statement.handlers.map(({ body }): Nested => ({ part: "handler", body })),
      ];
    case "if":
    case "case":
      return [
        ...statement.branches.map(({ body }): Nested => ({ part: "branch", body })),
        { part: "otherwise", body: statement.otherwise ?? [] },
      ];
    case "loop":
    case "while":
    case "for-integer":
    case "for-query":
    case "for-execute":
    case "for-cursor":
    case "foreach":
      return [{ part: "loop", body: statement.body }];
    default:
      return [];
  }
}

/**
 * The variables that a statement sets other than by assignment: INTO, FETCH, loops, GET DIAGNOSTICS. CALL is left to
 * the reader of the call.
 */
export function filledBy(statement: Statement): Target[] {
  switch (statement.kind) {
    case "sql":
    case "execute":
      return statement.into;
    case "for-query":
    case "for-execute":
    case "for-cursor":
    case "foreach":
    case "fetch":
      return statement.targets;
    case "for-integer":
      return [statement.target];
    case "get-diagnostics":
      return statement.items.map(({ target }) => target);
    default:
      return [];
  }
}

/** Visit every statement, each before those inside it. */
export function visitStatements(statements: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of statements) {
    visit(statement);
    for (const { body } of nestedIn(statement)) visitStatements(body, visit);
  }
}

/** SQL of the declarations: defaults, and queries of cursors. */
export const declaredSql = (fn: PlFunction): EmbeddedSql[] =>
  fn.variables.flatMap((variable): EmbeddedSql[] => {
    const found: EmbeddedSql[] = [];
    if ("initial" in variable && variable.initial)
      found.push({ role: "value", sql: variable.initial, statement: null });
    if ("query" in variable && variable.query) found.push({ role: "query", sql: variable.query, statement: null });
    return found;
  });

/** Every SQL text of a function: its declarations, then its statements. */
export function embeddedSql(fn: PlFunction): EmbeddedSql[] {
  const found = declaredSql(fn);
  visitStatements([fn.block], (statement) => found.push(...sqlOf(statement)));
  return found;
}
