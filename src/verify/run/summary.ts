import { insertRecorded } from "../../fixtures/index.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { matchesName } from "../../pg/name-pattern.ts";
import { relationKey } from "../../pg/name.ts";
import { claimsWithoutLogin } from "./claims-by-sql.ts";
import { migratingOwners } from "../personas/index.ts";
import type { Run } from "./state.ts";
import type { Settling, Triple } from "./settling.ts";
import { isClosedTo } from "./closed.ts";
import { causeKeyOf } from "../matrix/index.ts";
import type { DbObject, Subject, Note, NotSettled, Settlement, Verification } from "../matrix/index.ts";

/** The result of a run. */
export function summary(run: Run, seconds: number): Verification {
  // no persona has claims
  for (const recorded of run.later ?? []) recorded();
  const told = run.environment.fixtures.tenants.length < 2 ? { ...NOTES, "whose-unknown": fewTenants } : NOTES;
  const notes: Note[] = [...run.notes].map(([code, about]) => ({
    code,
    message: told[code]?.([...about]) ?? [...about].join(", "),
  }));
  if (run.environment.cameWith.size > 0) notes.push({ code: "came-with", message: cameWith(run.environment) });
  const login = claimsWithoutLogin(run);
  if (login !== null) notes.push({ code: "claims-set-by-sql", message: login });
  // if it is the role of requests for lack of another, it has been tried
  const owners = migratingOwners(run.environment.catalog).filter(
    (name) => !run.actors.some(({ role }) => role === name),
  );
  if (owners.length > 0)
    notes.push({
      code: "owner-login",
      message: `${list(owners)} ${owners.length === 1 ? "owns" : "own"} tables whose row security is not forced, and was not tried: no policy names it, and no role of requests may become it. Should requests come as it, no policy holds for them`,
    });
  for (const declared of run.options.config.expected)
    if (!run.met.has(declared))
      notes.push({
        code: "unused-exception",
        message: `nothing was found that \`verify.expected\` declares for \`${declared.object}\`${declared.door === undefined ? "" : ` (${declared.door})`}: remove it, or name the object as the report does`,
      });
  const unfilled = run.environment.fixtures.notFilled;
  const withoutRows = [...new Set([...unfilled.map(relationKey), ...run.withoutRows])].toSorted();
  for (const missing of unfilled)
    notes.push({
      code: "no-rows",
      about: relationKey(missing),
      message: `\`${relationKey(missing)}\` has no rows, so nothing of it was tried: ${missing.reason}`,
    });
  const unchecked = run.environment.fixtures.unchecked ?? [];
  if (unchecked.length > 0)
    notes.push({
      code: "deferred-triggers-off",
      message: `rows that deferred triggers refuse were inserted while these were disabled, in the scratch database only: ${unchecked.map(({ trigger, reason, ...on }) => `\`${trigger}\` of \`${relationKey(on)}\` (${reason})`).join(", ")}`,
    });
  if (run.environment.unprotected.size > 0)
    notes.push({
      code: "sequences",
      message: `what was drawn from these is not undone by a rollback: ${[...run.environment.unprotected].map(([name, why]) => `\`${name}\` (${why})`).join(", ")}`,
    });
  for (const message of run.environment.missing) notes.push({ code: "login", message });
  if (!run.environment.writes)
    notes.push({ code: "read-only", message: "the transactions were read-only, so no write was tried" });
  const triples = triplesOf(run);
  const settlement = settlementOf(triples);
  return {
    format: "rlsmith-verification",
    formatVersion: 2,
    ground: run.environment.kind,
    personas: [...run.actors, ...run.exempt].map(({ name, class: cls, role, claims }) => ({
      name,
      class: cls,
      role,
      claims,
    })),
    cells: run.cells,
    held: run.held,
    breached: run.breached,
    expectedCells: run.expectedCells,
    heldByGrant: run.heldByGrant,
    settlement,
    notSettled: notSettled(run.settling, triples),
    heat: [...run.heat.values()],
    breaches: [...run.breaches.values()],
    expected: [...run.expected.values()],
    withoutRows,
    // a database without relations has nothing that could be open
    conclusive: settlement.share > 0.5 && !(settlement.triples === 0 && withoutRows.length > 0) && !nothingJudged(run),
    notes,
    rows: run.environment.writes
      ? insertRecorded(
          run.environment.fixtures,
          run.environment.catalog,
          new Set(run.environment.surface.rules.map(relationKey)),
        ).map((one) => `${one};`)
      : [],
    seconds,
  };
}

/** True if rows were reached, and nothing tells whose the rows of any relation are: what was held says nothing. */
function nothingJudged({ environment: { targets, catalog }, options, notes }: Run): boolean {
  if (!notes.has("whose-unknown")) return false;
  const own = [...targets.values()].filter((target) => !isPlatformRelation(catalog, target));
  const isShared = ({ name }: { name: Subject }): boolean =>
    Object.keys(options.config.shared).some((pattern) => matchesName(pattern, name));
  const open = own.filter((target) => !isShared(target));
  return open.length > 0 && open.every((target) => target.own === null);
}

const COMMANDS = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;

/** The triples, as not settled where policies exist that no statement came to, for want of a privilege. */
function triplesOf({ actors, facts, settling, environment: { catalog, targets } }: Run): Triple[] {
  const roles = [...new Set(actors.map(({ role }) => role))];
  const isOpenTo = (name: Subject): boolean =>
    roles.some((role) => COMMANDS.some((command) => !isClosedTo(catalog, name, command, role)));
  const untried = new Set<DbObject["name"]>(
    [...targets.values()]
      .filter(
        ({ name, rowSecurity }) =>
          rowSecurity && roles.every((role) => facts.grants.holdsAny(role, name) === false) && isOpenTo(name),
      )
      .map(({ name }) => name),
  );
  return [...settling.triples.values()].map((triple) =>
    untried.has(triple.through) && triple.kind === "settled"
      ? { through: triple.through, kind: "not settled", cause: { kind: "no privilege" } }
      : triple,
  );
}

function settlementOf(triples: readonly Triple[]): Settlement {
  const settled = triples.filter(({ kind }) => kind === "settled").length;
  return { triples: triples.length, settled, share: triples.length === 0 ? 1 : settled / triples.length };
}

/** The reasons, the most frequent first. Of triples without a privilege the cells are held by a grant. */
function notSettled({ causes }: Settling, triples: readonly Triple[]): NotSettled[] {
  const open = triples.flatMap((triple) => (triple.kind === "settled" ? [] : [triple.cause]));
  const all = new Map(
    [...open.map((cause) => ({ cause, cells: 0 })), ...causes.values()].map((one) => [causeKeyOf(one.cause), one]),
  );
  const counts = new Map<string, number>();
  for (const cause of open) counts.set(causeKeyOf(cause), (counts.get(causeKeyOf(cause)) ?? 0) + 1);
  return [...all]
    .map(([key, { cause, cells }]) => ({ cause, cells, triples: counts.get(key) ?? 0 }))
    .toSorted((a, b) => b.triples - a.triples || b.cells - a.cells);
}

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** The note that rows of two tenants are missing, so that no setting would help. */
const fewTenants = (about: string[]): string =>
  `there are no rows of two tenants, so nothing says whose the rows of ${list(about)} are, and what was reached of them is not judged: --write-and-roll-back puts rows of two in`;

function maySetRole(key: string): string {
  const [login = "", role = "", attribute = ""] = JSON.parse(key) as string[];
  return `the login \`${login}\` may SET ROLE \`${role}\`, which has ${attribute}`;
}

/** A variable with a claim holds a tenant or a user; others may hold a secret, so only their names are printed. */
function cameWith({ cameWith: found, context, tenantSetting }: Run["environment"]): string {
  const isShown = (name: string): boolean =>
    name === tenantSetting || context.variables.some(({ setting, claim }) => setting === name && claim.length > 0);
  const named = [...found].map(([name, value]) => (isShown(name) ? `\`${name}\` = '${value}'` : `\`${name}\` set`));
  return `the connection came with ${named.join(", ")}, by an earlier client: rlsmith cleared ${found.size === 1 ? "it" : "them"} at the start of each of its transactions. A client that does not set its own finds the rows of that one`;
}

const NOTES: Record<string, (about: string[]) => string> = {
  "truncate-by-platform": (about) =>
    `${about.length} ${about.length === 1 ? "relation" : "relations"} can be truncated by roles of requests, as the platform's default privileges have it: the Data API cannot send TRUNCATE, whoever can run SQL can`,
  "whose-unknown": (about) =>
    `nothing says whose the rows of ${list(about)} are, and some were reached: that is not judged. Name the column under \`verify.tenant\`, or the table under \`verify.shared\``,
  "seen-before": (about) =>
    `members of a tenant see rows of ${list(about)} that were there before and belong to another tenant, while rows of the invented tenants are held: all tenants may share these, so that is not judged. Look at the policies if they should not`,
  "bypass-login": (about) =>
    `${about.map(maySetRole).join("; ")}. No role of requests may do so, but a request that can run SQL as such a login can`,
  "bypass-grants": (about) =>
    `${list(about)} ${about.length === 1 ? "holds grants and bypasses" : "hold grants and bypass"} row security, and ${about.length === 1 ? "was" : "were"} not tried: should requests come as ${about.length === 1 ? "it" : "them"}, no policy holds`,
  "no-pool": () => "a second connection did not find what the first had set: no pool hands on session variables here",
  "pool-leaks": () => "the pool hands a connection on with the session variables that the client before had set",
};
