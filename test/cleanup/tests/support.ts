import { parseModule, projectOf, settersOf } from "../../../src/cleanup/code/index.ts";
import {
  decideUnits,
  editedTests,
  findCases,
  idleTests,
  nameOfId,
  relationsNamed,
  reportedId,
  unitsOf,
  variablePath,
  withDecisions,
  type CaseStatus,
  type Decided,
  type DecidedCases,
  type SuiteRun,
  type Unit,
} from "../../../src/cleanup/tests/index.ts";
import { RETIRED, type Files } from "../code/support.ts";

/** A file with the two ways to a connection, as projects have them in the support of their tests. */
export const PATHS: Files = {
  "lib/db.ts": `export interface Sql { query(text: string, values?: unknown[]): Promise<{ rows: object[] }>; }
export declare function connect(): Sql;
`,
  "test/paths.ts": `import { connect, type Sql } from "../lib/db";

export async function withVariable<T>(tenant: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect();
  await sql.query("select set_config('app.tenant_id', $1, true)", [tenant]);
  return work(sql);
}

export async function withClaim<T>(tenant: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect();
  await sql.query("select set_config('request.jwt.claims', $1, true)", [tenant]);
  return work(sql);
}
`,
};

/** The cases of a test file in one state: its titles with ` > `, and how they end. */
export type Results = Readonly<Record<string, CaseStatus>>;

export interface Runs {
  before?: Results | null;
  after: Results;
  /** mutants of the migrated state: relation, and the results that differ from those of the state */
  mutants?: readonly { name: string; relation: string; side?: "before" | "after"; differs: Results }[];
  emitted?: readonly string[];
  allWeakened?: boolean;
}

const FILE = "test/rls.test.ts";

function runOf(results: Results): SuiteRun {
  return new Map(
    Object.entries(results).map(([name, status]) => {
      const one = { path: FILE, titles: name.split(" > "), status };
      return [reportedId(one), one];
    }),
  );
}

/** A suite whose test file holds a text, with the files of PATHS beside it. */
export function suite(text: string, more: Files = {}, decisions: readonly DecidedCases[] = []) {
  const files: Files = { ...PATHS, ...more, [FILE]: text };
  const modules = Object.entries(files).map(([path, of]) => {
    const module = parseModule({ path, text: of });
    if (!module) throw new Error(`${path} does not parse`);
    return module;
  });
  const project = projectOf({ modules, aliases: [], packages: [] });
  const path = variablePath(project, RETIRED, new Set(settersOf(project, RETIRED).setters.keys()));
  const cases = findCases(project, path);
  const { units, kept } = withDecisions(unitsOf(cases, project, path), cases, decisions, RETIRED);
  return {
    units,
    kept: kept.map(({ unit, reason }) => [nameOf(unit), reason]),
    idle: idleTests(cases, project).map(({ why, name }) => `${why}: ${name}`),
    edited: (going: readonly Unit[]) => editedTests(going, project, RETIRED),
    decide: ({ before = null, after, mutants = [], emitted = [], allWeakened = false }: Runs): Decided =>
      decideUnits(
        units,
        {
          before: before && runOf(before),
          after: runOf(after),
          mutants: mutants.map(({ differs, side = "after", ...one }) => ({
            ...one,
            side,
            run: runOf({ ...(side === "after" ? after : before), ...differs }),
          })),
          unsteady: new Set(),
        },
        {
          cases,
          relationsIn: (texts) =>
            relationsNamed(
              texts,
              [
                { schema: "public", relation: "invoice" },
                { schema: "public", relation: "visit" },
              ],
              [{ name: "open_invoices", body: "select * from public.invoice" }],
            ),
          emittedFor: (relation) => (emitted.includes(relation) ? ["tests/rls_isolation.test.ts"] : []),
          allWeakened,
          kept: new Set(),
        },
      ),
  };
}

/** A decision in short: what goes and what covers it, what stays and why. */
export const inShort = ({ goes, stays }: Decided) => ({
  goes: goes.map(({ unit, covers }) => [nameOf(unit), ...covers.map(({ by, relation }) => `${relation} by ${by}`)]),
  stays: stays.map(({ unit, because, what }) => [nameOf(unit), because, ...what]),
});

const nameOf = (unit: Unit): string =>
  unit.kind === "row" ? unit.table.module.text.slice(unit.row.start, unit.row.end) : unit.case.name;

export { nameOfId };
