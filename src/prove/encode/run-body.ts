import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { nameKey } from "../../pg/name.ts";
import type { Body } from "./body.ts";
import { convert } from "./cast.ts";
import { nullness, pick, type Branch } from "./choice.ts";
import type { Encoder } from "./context.ts";
import { runTry, type Around } from "./exception.ts";
import type { Frame } from "./frame.ts";
import type { Program } from "./plpgsql.ts";
import { raising } from "./raising.ts";
import type { Value } from "./value.ts";

interface Run {
  /** the call, and where it stands */
  node: Expr;
  caller: Frame;
  fn: PgFunction;
  body: Body;
  /** where the body stands */
  frame: Frame;
}

/** What the body gives, as the type that its function declares; null where its EXCEPTION blocks are not settled. */
export function runBody(encoder: Encoder, { node, caller, fn, body, frame }: Run): Value | null {
  const returned = (value: Value): Value =>
    convert(encoder, value, fn.result) ??
    encoder.opaque(node, caller, { kind: "result", name: nameKey(fn), type: fn.result });
  if (body.kind === "sql") return returned(encoder.expression(body.select, frame));
  const around: Around = { node, caller, run, returned, assigned, bound };
  return run(body.program, frame);

  function run(program: Program, within: Frame): Value | null {
    switch (program.kind) {
      case "return":
        return analysed(encoder, within, (frame) => returned(encoder.expression(program.expr, frame)));
      case "let": {
        const next = run(program.next, bound(program, within));
        // the value is computed whether it is used or not
        const value = analysed(encoder, within, (frame) => encoder.expression(assigned(program), frame));
        return next && raising(encoder, next, nullness(encoder, value).raises);
      }
      case "if": {
        const branches: Branch[] = [];
        for (const { when, result } of program.branches) {
          const value = run(result, within);
          if (!value) return null;
          const holds = analysed(encoder, within, (frame) => encoder.condition(when, frame));
          branches.push({ when: encoder.toCondition(holds), value, guard: when });
        }
        const value = run(program.otherwise, within);
        if (!value) return null;
        return pick(encoder, node, caller, [...branches, { when: encoder.values.constant(true), value, guard: null }]);
      }
      case "try":
        return runTry(encoder, program, within, around);
      case "leave":
        return run(program.next, within);
    }
  }
}

/** What an expression gives, which PostgreSQL analyses as a whole when its statement is run. */
function analysed(encoder: Encoder, within: Frame, read: (frame: Frame) => Value): Value {
  const { logic, values } = encoder;
  const statement = { lacksOperator: false };
  const value = read({ ...within, statement });
  return statement.lacksOperator ? values.condition(logic.true, logic.false, logic.false) : value;
}

type Assignment = Extract<Program, { kind: "let" }>;

/** The value of an assignment, as the type of its variable. */
const assigned = ({ expr, type }: Assignment): Expr => (type === "" ? expr : castNode(expr, type));

const bound = (program: Assignment, within: Frame): Frame => ({
  ...within,
  parameters: new Map([...within.parameters, [program.name, { expr: assigned(program), frame: within }]]),
});

/** `expr::type`, for a type as plpgsql names it. */
function castNode(expr: Expr, type: string): Expr {
  const cast = as("TypeCast", parseExpr(`null::${type.replace(/^pg_catalog\./, "").replaceAll('"', "")}`));
  return { TypeCast: { ...cast, arg: expr } } as Expr;
}
