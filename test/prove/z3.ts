import { init } from "z3-solver";
import { smt2, type Smt2Query } from "../../src/prove/smt2/smt2.ts";
import type { Model } from "../../src/prove/solve/model.ts";
import { newSolver } from "../../src/prove/solve/solver.ts";
import { randomQuery } from "./random-query.ts";

/** What both solvers said, over many questions. Z3's `unknown` (time) and our bounded answers decide nothing. */
export interface Tally {
  asked: number;
  yes: number;
  no: number;
  undecided: number;
  disagreements: string[];
}

const MILLISECONDS = 2000;

let z3: Awaited<ReturnType<typeof init>>;

/** Start Z3, once for a test file. */
export async function startZ3(): Promise<void> {
  z3 = await init();
  z3.Z3.global_param_set("timeout", String(MILLISECONDS));
}

export const stopZ3 = (): void => z3.em.PThread.terminateAllThreads();

/** The question that Z3 has at the moment: its WASM build takes one at a time. */
let asked: Promise<unknown> = Promise.resolve();

async function askZ3(text: string): Promise<"sat" | "unsat" | "unknown"> {
  const answer = asked.then(async () => askOnce(text));
  asked = answer.catch(() => {});
  return answer;
}

/** Read synchronously and checked afterwards: the asynchronous reader of the WASM build frees the text while it is being read. */
async function askOnce(text: string): Promise<"sat" | "unsat" | "unknown"> {
  const config = z3.Z3.mk_config();
  const context = z3.Z3.mk_context(config);
  z3.Z3.del_config(config);
  const solver = z3.Z3.mk_solver(context);
  z3.Z3.solver_inc_ref(context, solver);
  z3.Z3.solver_from_string(context, solver, text.replace("(check-sat)", ""));
  const code = z3.Z3.get_error_code(context);
  if (Number(code) !== 0) throw new Error(`${z3.Z3.get_error_msg(context, code)}\n${text}`);
  const answer = Number(await z3.Z3.solver_check(context, solver));
  z3.Z3.solver_dec_ref(context, solver);
  z3.Z3.del_context(context);
  return answer === 1 ? "sat" : answer === -1 ? "unsat" : "unknown";
}

/** The answers of both solvers to these questions. */
export async function compare(queries: Iterable<Smt2Query>): Promise<Tally> {
  const tally: Tally = { asked: 0, yes: 0, no: 0, undecided: 0, disagreements: [] };
  for (const query of queries) {
    const { logic, conversions, rows, table } = query;
    const answer = newSolver({ logic, conversions, rows, table, tick: () => {} }).ask(...query.formulas);
    const ours = answer.kind;
    // Z3 proves that there is no state of any size; that there is one, it finds among states of the size that we found
    const text = smt2(answer.kind === "yes" ? { ...query, rowsPerTable: sizeOf(answer.model) } : query);
    const theirs = await askZ3(text);
    tally.asked += 1;
    if (theirs === "unknown" || ours === "no within") tally.undecided += 1;
    else if (ours === "yes" && theirs === "sat") tally.yes += 1;
    else if (ours === "no" && theirs === "unsat") tally.no += 1;
    else tally.disagreements.push(`${query.title.join(", ")}: we say ${ours}, Z3 says ${theirs}\n${text}`);
  }
  return tally;
}

/** The most rows of one table in a model; the row in question has no table of its own name. */
function sizeOf(model: Model): number {
  const counts = new Map<string | null, number>();
  for (const row of model.rows) counts.set(row.table, (counts.get(row.table) ?? 0) + 1);
  return Math.max(1, ...counts.values()) + (counts.get(null) ?? 0);
}

/** A random query for each seed. */
export function* randomQueries(seeds: Iterable<number>): Generator<Smt2Query> {
  for (const seed of seeds) yield { ...randomQuery(seed), title: [`random query ${seed}`] };
}

/** The seeds from the first to the last one. */
export const seeds = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);
