import type { Attempt } from "../matrix/index.ts";
import type { IsolationCheck } from "./isolation-tests.ts";

/** The statement, or its FROM list alone where the keys of the rows in it are read. */
export const statementOf = ({ from, sql, answer, known }: Attempt): Pick<IsolationCheck, "sql" | "answer"> =>
  from !== undefined && answer === "keys" && known === undefined ? { sql: from, answer: "read" } : { sql, answer };
