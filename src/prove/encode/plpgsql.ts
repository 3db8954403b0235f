import type { Expr } from "../../pg/expr/node.ts";
import { parseExpr, parsePlpgsql } from "../../pg/expr/parse.ts";

/** A plpgsql body that only computes: variables, IF, RETURN. */
export type Program =
  | { kind: "return"; expr: Expr }
  /** `name := expr`, of a type, and then */
  | { kind: "let"; name: string; type: string; expr: Expr; next: Program }
  | { kind: "if"; branches: { when: Expr; result: Program }[]; otherwise: Program };

type Tree = Record<string, unknown>;

/**
 * Read the body of a CREATE FUNCTION statement. Null for one that does anything else: queries, loops, exceptions, side
 * effects.
 */
export function readPlpgsql(definition: string): Program | null {
  const parsed = parsePlpgsql(definition) as { plpgsql_funcs?: { PLpgSQL_function?: Tree }[] };
  const fn = parsed.plpgsql_funcs?.[0]?.PLpgSQL_function;
  const block = (fn?.["action"] as Tree | undefined)?.["PLpgSQL_stmt_block"] as Tree | undefined;
  if (!fn || !block || block["exceptions"]) return null;
  const variables = ((fn["datums"] ?? []) as Tree[]).map((datum) => datum["PLpgSQL_var"] as Tree | undefined);
  const nameOf = (index: unknown): string => String(variables[Number(index ?? 0)]?.["refname"] ?? "");
  const typeOf = (index: unknown): string => {
    const type = variables[Number(index ?? 0)]?.["datatype"] as { PLpgSQL_type?: { typname?: string } } | undefined;
    return type?.PLpgSQL_type?.typname ?? "";
  };
  const query = (holder: unknown): string =>
    ((holder as Tree | undefined)?.["PLpgSQL_expr"] as Tree | undefined)?.["query"] as string; // every expression of the tree has its text

  const sequence = (statements: readonly Tree[]): Program | null => {
    const [first, ...rest] = statements;
    if (!first) return null;
    const [[kind, value] = ["", {}]] = Object.entries(first) as [string, Tree][];
    switch (kind) {
      case "PLpgSQL_stmt_return": {
        const text = value["expr"] ? query(value["expr"]) : nameOf(value["retvarno"]);
        return text === "" ? null : { kind: "return", expr: parseExpr(text) };
      }
      case "PLpgSQL_stmt_assign": {
        const [, expr] = /^[^:=]+:?=([^]*)$/.exec(query(value["expr"])) ?? [];
        const next = sequence(rest);
        if (expr === undefined || !next) return null;
        return { kind: "let", name: nameOf(value["varno"]), type: typeOf(value["varno"]), expr: parseExpr(expr), next };
      }
      case "PLpgSQL_stmt_if": {
        const elsifs = ((value["elsif_list"] ?? []) as Tree[]).map((item) => item["PLpgSQL_if_elsif"] as Tree);
        const branches = [
          { when: query(value["cond"]), body: (value["then_body"] ?? []) as Tree[] },
          ...elsifs.map((item) => ({ when: query(item["cond"]), body: (item["stmts"] ?? []) as Tree[] })),
        ].map(({ when, body }) => ({ when: parseExpr(when), result: sequence([...body, ...rest]) }));
        const otherwise = sequence([...((value["else_body"] ?? []) as Tree[]), ...rest]);
        if (
          !otherwise ||
          !branches.every((branch): branch is { when: Expr; result: Program } => branch.result !== null)
        )
          return null;
        return { kind: "if", branches, otherwise };
      }
      default:
        return null;
    }
  };
  const body = sequence((block["body"] ?? []) as Tree[]);
  // defaults come before the first statement, in the order of declaration; a variable without one is NULL
  return variables
    .map((variable, index) => ({ variable, index }))
    .filter(({ variable }) => variable?.["lineno"] !== undefined)
    .reduceRight<Program | null>((next, { variable, index }) => {
      if (!next || !variable) return next;
      const given = variable["default_val"] ? query(variable["default_val"]) : "null";
      return { kind: "let", name: nameOf(index), type: typeOf(index), expr: parseExpr(given), next };
    }, body);
}
