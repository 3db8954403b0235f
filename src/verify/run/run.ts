import { pgErrorOf } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { quoteRole } from "../../pg/identifier.ts";
import type { FunctionKey, NameKey } from "../../pg/name.ts";
import { batchOf } from "../../request/index.ts";
import type { Attempt, Command, Subject } from "../matrix/index.ts";
import {
  callables,
  indirectCallables,
  mayLookUp,
  tablesOf,
  type ArgumentSource,
  type Callable,
} from "../attacks/index.ts";
import { collectEvidence, readBypassRoles, readGrants, targetsByRole } from "../environment/index.ts";
import type { Target, TestEnvironment } from "../environment/index.ts";
import { judge, type Judged } from "../judge/index.ts";
import { actorsFor, connectingLogins, exemptRequestRoles, type Actor } from "../personas/index.ts";
import { plainRequest } from "./request-states.ts";
import { settleLater } from "./plainly-open.ts";
import { record } from "./record.ts";
import { newSettling } from "./settling.ts";
import { probeKey, probesOf, runAttempts, type Answered } from "../matrix/index.ts";
import type { VerifyOptions, Run, Work } from "./state.ts";

/** The largest number of statements in one round trip. */
const BATCH = 100;

/** Attempts as many at a time as one round trip holds. */
export function* inBatches(attempts: readonly Attempt[]): Generator<Attempt[]> {
  for (let from = 0; from < attempts.length; from += BATCH) yield attempts.slice(from, from + BATCH);
}

/** Collect the facts that are needed before the first cell. */
export async function prepare(environment: TestEnvironment, options: VerifyOptions): Promise<Run> {
  const actors = actorsFor(environment.catalog, environment.context, environment.fixtures)
    .map((actor) => (options.besides ? { ...actor, name: `${actor.name}, of the rows that are there` } : actor))
    // on a fresh connection the claims are unset only until the first persona has set them
    .toSorted((a, b) => Number(a.claims !== null) - Number(b.claims !== null));
  const requests = actors.map(({ role }) => role);
  const bypassRoles = await environment.transaction(async () =>
    readBypassRoles(environment.db, [...requests, ...connectingLogins(environment.catalog, requests)]),
  );
  const roles = [
    ...requests,
    ...bypassRoles.map(({ role }) => role),
    ...exemptRequestRoles(environment.catalog).map(({ role }) => role),
  ];
  const probes = probesOf(environment.targets.values());
  for (const { name, tenantless } of environment.targets.values())
    if (tenantless !== null) probes.set(probeKey({ kind: "tenantless", name }), tenantless);
  const tenanted = [...environment.targets.values()].filter(({ own }) => own !== null);
  probes.set(probeKey({ kind: "all" }), {
    kind: "parts",
    parts: tenanted.map(({ name }) => probeKey({ kind: "relation", name })),
  });
  const run: Run = {
    environment,
    options,
    actors,
    exempt: [],
    facts: await environment.transaction(async () => ({
      targets: environment.targets,
      evidence: await collectEvidence(environment.db, environment.targets),
      grants: await readGrants(environment.db, environment.targets, roles),
    })),
    byRole: await environment.transaction(async () => targetsByRole(environment.db, environment.targets, roles)),
    bypassRoles,
    probes,
    privileged: new Map(),
    open: new Set(),
    openAttacks: new Set(),
    plainlyOpen: new Set(),
    later: [],
    breaches: new Map(),
    expected: new Map(),
    met: new Set(),
    heat: new Map(),
    settling: newSettling(),
    lookingUp: lookingUp(environment),
    access: new Map(),
    withoutRows: new Set(),
    notes: new Map(),
    cells: 0,
    held: 0,
    heldByGrant: 0,
    breached: 0,
    expectedCells: 0,
  };
  for (const actor of actors) run.privileged.set(actor.name, await privilegesOf(environment, actor));
  return run;
}

/** The facts about a relation that are needed to find out whether its row security applies to a persona. */
type Guarded = Pick<Target, "name" | "schema" | "relation" | "rowSecurity">;

/**
 * Relations whose row security does not apply to this persona, and the reason: a cell of such a persona proves nothing
 * about policies.
 */
export async function privilegesOf(
  environment: Pick<TestEnvironment, "db" | "transaction"> & { targets: ReadonlyMap<Subject, Guarded> },
  actor: Actor,
): Promise<Map<Subject, string>> {
  const guarded = [...environment.targets.values()].filter(({ rowSecurity }) => rowSecurity);
  if (guarded.length === 0) return new Map();
  return environment.transaction(async () => {
    try {
      const [, rows] = await sentTogether([
        environment.db.exec(`set local role ${quoteRole(actor.role)}`),
        environment.db.query<{ name: NameKey; owner: boolean; above: boolean }>(
          `select r.name, pg_has_role(c.relowner, 'USAGE') as owner, (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as above
         from json_to_recordset($1::json) r(name text, schema text, relation text)
         join pg_namespace n on n.nspname = r.schema join pg_class c on c.relnamespace = n.oid and c.relname = r.relation
         where not row_security_active(c.oid)`,
          [JSON.stringify(guarded.map(({ name, schema, relation }) => ({ name, schema, relation })))],
        ),
      ]);
      return new Map(rows.map((row) => [row.name, row.above ? "above" : row.owner ? "owner" : "unguarded"]));
    } catch (error) {
      if (pgErrorOf(error)) return new Map();
      throw error;
    }
  });
}

/** Run work in as few round trips as possible, and hand on its answers. */
export async function perform(
  run: Run,
  work: Work,
  settle: (attempt: Attempt, judged: Judged, answer: Answered) => Judged = (_, judged) => judged,
): Promise<void> {
  const { environment } = run;
  if (run.later !== null && work.actor.claims !== null) await settleLater(run);
  const all = run.options.besides ? work.attempts.filter(({ command }) => READS.has(command)) : work.attempts;
  for (const attempts of inBatches(all)) {
    const prelude = [...plainRequest(environment), ...(work.standing?.prelude ?? [])];
    const preludeWrites = work.standing?.opened.kind === "function" || work.standing?.opened.kind === "own row";
    const state = { setup: work.standing?.setup ?? [], prelude };
    const batch = batchOf(work.actor, state, { probes: run.probes, preludeWrites });
    const answers = await environment.transaction(async () =>
      runAttempts(environment.db, { ...batch, attempts }, run.probes),
    );
    for (const [index, attempt] of attempts.entries()) {
      const answer = answers[index];
      if (!answer) continue;
      const judged = settle(attempt, judge(attempt, arrivedAs(work), answer, run.facts), answer);
      if (run.later !== null && judged.crosses) run.later.push(() => record(run, work, attempt, judged));
      else record(run, work, attempt, judged);
    }
  }
}

const READS = new Set<Command>(["SELECT", "COPY", "CALL"]);

/** The persona with the role that its statements run as. */
const arrivedAs = ({ actor, standing }: Work): Actor =>
  standing?.opened.kind === "role" ? { ...actor, role: standing.opened.role } : actor;

const lookingUp = (environment: TestEnvironment): Set<FunctionKey> =>
  new Set(
    callablesOf(environment)
      // a statement that is made while it runs may read what its text names
      .filter(({ facts, fn }) => mayLookUp(facts) || tablesOf(fn, facts, environment.targets).length > 0)
      .map(({ name }) => name),
  );

/** All that calls functions of the user, by name or not. */
export const callablesOf = (environment: TestEnvironment): Callable[] => {
  const { catalog, facts, setters, surface } = environment;
  const source = sourceOf(environment);
  return [...callables(catalog, facts, setters, source), ...indirectCallables(catalog, facts, surface, source)];
};

/** The sources of the values of calls' arguments. */
export const sourceOf = ({ fixtures, context, targets, catalog }: TestEnvironment): ArgumentSource => ({
  fixtures,
  context,
  targets,
  types: catalog.types,
});
