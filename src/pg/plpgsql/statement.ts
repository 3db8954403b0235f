import { placeDeclarations } from "./declarations.ts";
import { exprOf, exprsIn, fieldsOf, listOf, listOfFields, nodeOf, numberOf, stringOf, type Fields } from "./json.ts";
import { readLoop } from "./loop.ts";
import type { Block, Branch, Handler, RaiseLevel, Returned, Statement, Variable, Written } from "./node.ts";
import type { Position } from "./position.ts";
import { sqlAt, usingAt, type Reading } from "./reading.ts";
import { assignment, targetOf, targetsOf, variableName } from "./target.ts";

/** Read the statements of the tree while following them in the text. */
export function readStatements(list: unknown, into: Reading): Statement[] {
  const statements = listOf(list).map((item) => {
    skipNulls(into.at);
    return readStatement(item, into);
  });
  skipNulls(into.at);
  return statements;
}

/** Skip NULL statements, which are in the text but not in the tree. */
function skipNulls(at: Position): void {
  while (at.word() === "null" && at.word(1) === ";") at.take(2);
}

function readStatement(item: unknown, into: Reading): Statement {
  const { kind, fields } = nodeOf(item) ?? { kind: "", fields: {} };
  const { at } = into;
  const start = at.token;
  if (at.accept("<<")) {
    at.take();
    at.expect(">>");
  }
  const read = kind === "PLpgSQL_stmt_block" ? readBlock(fields, into) : readKind(kind, fields, into);
  at.expect(";");
  return { ...read, line: numberOf(fields["lineno"]), place: at.placeFrom(start) };
}

/** A block, from DECLARE or BEGIN to END and its label. */
export function readBlock(fields: Fields, into: Reading): Block {
  const { at } = into;
  const start = at.token;
  if (at.word() === "declare") into.next = placeDeclarations(at, into.variables, into.next);
  at.expect("begin");
  const body = readStatements(fields["body"], into);
  const exceptions = fieldsOf(fields["exceptions"], "PLpgSQL_exception_block");
  const handlers = exceptions ? readHandlers(exceptions, into) : [];
  at.expect("end");
  if (!at.atEnd && at.word() !== ";") at.take();
  const label = stringOf(fields["label"]);
  return { kind: "block", label, body, handlers, line: numberOf(fields["lineno"]), place: at.placeFrom(start) };
}

function readHandlers(exceptions: Fields, into: Reading): Handler[] {
  into.at.expect("exception");
  return listOfFields(exceptions["exc_list"], "PLpgSQL_exception").map((handler) => {
    into.at.expect("when");
    into.at.skipTo("then");
    into.at.take();
    const conditions = listOfFields(handler["conditions"], "PLpgSQL_condition");
    return {
      conditions: conditions.map((condition) => stringOf(condition["condname"]) ?? ""),
      body: readStatements(handler["action"], into),
    };
  });
}

type Bare = Statement extends infer S ? (S extends Statement ? Omit<S, keyof Written> : never) : never;

function readKind(kind: string, fields: Fields, into: Reading): Bare {
  const { at, variables } = into;
  switch (kind) {
    case "PLpgSQL_stmt_assign":
      return readAssignment(fields, into);
    case "PLpgSQL_stmt_if":
      return readIf(fields, into);
    case "PLpgSQL_stmt_case":
      return readCase(fields, into);
    case "PLpgSQL_stmt_exit": {
      at.take();
      const label = stringOf(fields["label"]);
      if (label !== null) at.take();
      const when = fields["cond"] === undefined ? null : (at.expect("when"), sqlAt(fields["cond"], at));
      return { kind: fields["is_exit"] === true ? "exit" : "continue", label, when };
    }
    case "PLpgSQL_stmt_return":
      at.expect("return");
      return { kind: "return", value: returnedOf(fields, into) };
    case "PLpgSQL_stmt_return_next":
      at.expect("return", "next");
      return { kind: "return-next", value: returnedOf(fields, into) };
    case "PLpgSQL_stmt_return_query":
      at.expect("return", "query");
      if (fields["query"] !== undefined) return { kind: "return-query", query: sqlAt(fields["query"], at) };
      at.expect("execute");
      return { kind: "return-execute", query: sqlAt(fields["dynquery"], at), using: usingAt(fields["params"], at) };
    case "PLpgSQL_stmt_raise":
      return readRaise(fields, into);
    case "PLpgSQL_stmt_assert": {
      at.expect("assert");
      const when = sqlAt(fields["cond"], at);
      const message = fields["message"] === undefined ? null : (at.expect(","), sqlAt(fields["message"], at));
      return { kind: "assert", when, message };
    }
    case "PLpgSQL_stmt_execsql": {
      const expr = exprOf(fields["sqlstmt"]) ?? { text: "", parse: "statement" };
      return { kind: "sql", sql: at.copyStatement(expr), into: targetsOf(variables, fields["target"]) };
    }
    case "PLpgSQL_stmt_perform":
      return { kind: "perform", query: at.copyPerform(exprOf(fields["expr"]) ?? { text: "", parse: "statement" }) };
    case "PLpgSQL_stmt_call":
      return { kind: "call", sql: sqlAt(fields["expr"], at) };
    case "PLpgSQL_stmt_dynexecute":
      return readExecute(fields, into);
    case "PLpgSQL_stmt_getdiag": {
      at.skipTo(";");
      const items = listOfFields(fields["diag_items"], "PLpgSQL_diag_item").map((item) => ({
        item: stringOf(item["kind"]) ?? "",
        target: targetOf(variables, numberOf(item["target"])),
      }));
      return { kind: "get-diagnostics", stacked: fields["is_stacked"] === true, items };
    }
    case "PLpgSQL_stmt_open":
      return readOpen(fields, into);
    case "PLpgSQL_stmt_fetch": {
      at.take();
      if (["absolute", "relative", "forward", "backward"].includes(at.word())) at.take();
      const count = fields["expr"] === undefined ? null : sqlAt(fields["expr"], at);
      at.skipTo(";");
      return {
        kind: "fetch",
        cursor: numberOf(fields["curvar"]),
        targets: targetsOf(variables, fields["target"]),
        count,
      };
    }
    case "PLpgSQL_stmt_close":
      at.skipTo(";");
      return { kind: "close", cursor: numberOf(fields["curvar"]) };
    case "PLpgSQL_stmt_commit":
    case "PLpgSQL_stmt_rollback":
      at.skipTo(";");
      return { kind: kind === "PLpgSQL_stmt_commit" ? "commit" : "rollback", chain: fields["chain"] === true };
  }
  const loop = readLoop(kind, fields, into, (list) => readStatements(list, into));
  if (loop) return loop;
  at.lost = true;
  return { kind: "unknown", node: kind, sql: exprsIn(fields).map((expr) => ({ ...expr, copied: [] })) };
}

function readAssignment(fields: Fields, into: Reading): Bare {
  const whole = sqlAt(fields["expr"], into.at);
  const { target, valueAt } = assignment(into.variables, numberOf(fields["varno"]), whole.text);
  const copied = whole.copied.map(({ from, length }) => ({ at: 0, from: from + valueAt, length: length - valueAt }));
  return { kind: "assign", target, value: { ...whole, text: whole.text.slice(valueAt), copied } };
}

function readIf(fields: Fields, into: Reading): Bare {
  const { at } = into;
  const branch = (word: string, cond: unknown, body: unknown): Branch => {
    if (word === "if" || !at.accept("elseif")) at.expect(word);
    const when = sqlAt(cond, at);
    at.expect("then");
    return { when, body: readStatements(body, into) };
  };
  const branches = [
    branch("if", fields["cond"], fields["then_body"]),
    ...listOfFields(fields["elsif_list"], "PLpgSQL_if_elsif").map((one) => branch("elsif", one["cond"], one["stmts"])),
  ];
  const otherwise = at.accept("else") || at.lost ? readStatements(fields["else_body"], into) : [];
  at.expect("end", "if");
  return { kind: "if", branches, otherwise };
}

function readCase(fields: Fields, into: Reading): Bare {
  const { at } = into;
  at.expect("case");
  const subject = fields["t_expr"] === undefined ? null : sqlAt(fields["t_expr"], at);
  const branches = listOfFields(fields["case_when_list"], "PLpgSQL_case_when").map((one): Branch => {
    at.expect("when");
    const when = at.copyList(exprOf(one["expr"]) ?? { text: "", parse: "expression" });
    at.expect("then");
    return { when, body: readStatements(one["stmts"], into) };
  });
  const otherwise =
    fields["have_else"] === true ? (at.expect("else"), readStatements(fields["else_stmts"], into)) : null;
  at.expect("end", "case");
  return { kind: "case", subject, branches, otherwise };
}

/** The value of a RETURN in the tree; its first word has already been read. */
export function returnedOf(fields: Fields, { at, variables }: Reading): Returned {
  if (fields["expr"] !== undefined) return { kind: "expression", sql: sqlAt(fields["expr"], at) };
  at.skipTo(";");
  return returnedVariable(fields, variables);
}

export function returnedVariable(fields: Fields, variables: readonly Variable[]): Returned {
  if (fields["retvarno"] === undefined) return { kind: "nothing" };
  const variable = numberOf(fields["retvarno"]);
  return { kind: "variable", variable, name: variableName(variables, variable) };
}

/** the levels of elog.h */
const LEVELS: Record<number, RaiseLevel> = {
  21: "exception",
  19: "warning",
  18: "notice",
  17: "info",
  15: "log",
  14: "debug",
};

function readRaise(fields: Fields, { at }: Reading): Bare {
  at.expect("raise");
  const parameters = listOf(fields["params"]).map((item) => {
    at.skipTo(",");
    at.take();
    return sqlAt(item, at);
  });
  const options = listOfFields(fields["options"], "PLpgSQL_raise_option").map((option) => {
    at.skipTo("=", ":=");
    at.take();
    return sqlAt(option["expr"], at);
  });
  at.skipTo(";");
  return {
    kind: "raise",
    level: LEVELS[numberOf(fields["elog_level"])] ?? "unknown",
    condition: stringOf(fields["condname"]),
    message: stringOf(fields["message"]),
    parameters,
    options,
  };
}

function readExecute(fields: Fields, { at, variables }: Reading): Bare {
  at.expect("execute");
  const query = sqlAt(fields["query"], at);
  // INTO and USING may come in either order.
  if (at.word() === "into") at.skipTargets();
  const using = usingAt(fields["params"], at);
  if (at.word() === "into") at.skipTargets();
  return { kind: "execute", query, using, into: targetsOf(variables, fields["target"]) };
}

function readOpen(fields: Fields, { at }: Reading): Bare {
  const cursor = numberOf(fields["curvar"]);
  const given = exprOf(fields["argquery"]);
  at.expect("open");
  at.take();
  if (fields["query"] === undefined && fields["dynquery"] === undefined)
    return { kind: "open", cursor, arguments: given && at.copyArguments(given), query: null };
  at.skipTo("for");
  at.take();
  if (fields["query"] !== undefined)
    return { kind: "open", cursor, arguments: null, query: sqlAt(fields["query"], at) };
  at.expect("execute");
  return { kind: "open-execute", cursor, query: sqlAt(fields["dynquery"], at), using: usingAt(fields["params"], at) };
}
