import type { AccessMatrix, Command, PolicyAccess, RelationAccess, RoleAccess } from "../../access/index.ts";
import type { Role } from "../../pg/catalog.ts";
import type { FunctionKey } from "../../pg/name.ts";
import { nameKey } from "../../pg/name.ts";
import { heldRoles } from "../../pg/role.ts";
import type { DocumentFacts } from "../../pipeline/document-facts.ts";
import type { Values } from "../../documents/index.ts";
import { alternativesWords, isMain, mainClaims, type Naming } from "./conditions.ts";
import { functionNames } from "./functions.ts";
import { code, listed, prose, rolesWords, shownIn } from "./text.ts";

const NOTHING = "—";

/** The values of the template `matrix`. */
export function matrixValues({ matrix, roles, groups }: DocumentFacts): Values {
  const shown = shownIn([...matrix.relations, ...matrix.views]);
  const policies = matrix.relations.flatMap((relation) => relation.policies);
  const naming: Naming = { relation: shown, mainClaim: mainClaims(policies.flatMap(({ claims }) => claims)) };
  const row = rowsOf(matrix, roles, naming);
  const titled = groupsOf(matrix.relations, groups).map(({ title, relations }) => ({
    title: title === null ? "" : prose(title),
    rows: relations.flatMap(row),
  }));
  const sources = new Set(titled.flatMap(({ rows }) => rows.map(({ decidedBy: source }) => source as string)));
  sources.delete(NOTHING);
  const [only = ""] = sources;
  return {
    groups: titled,
    decidedByAll: sources.size === 1 ? only : "",
    isMixed: sources.size > 1,
    byFunctions: titled.some(({ rows }) => rows.some(({ by }) => by !== NOTHING)),
    own: ownColumns(matrix, naming).map((column) => ({ column: code(column) })),
    above: aboveWords(matrix),
    unguarded: matrix.relations
      .filter(
        ({ rowSecurity, roles: of }) => !rowSecurity && of.some(({ isAbove, reach }) => !isAbove && reachesAny(reach)),
      )
      .map((relation) => ({ relation: shown(relation) })),
    views: matrix.views.map((view) => ({
      view: shown(view),
      reads: view.securityInvoker
        ? "as the caller: the policies of its relations decide"
        : view.past.length > 0
          ? `as ${code(view.owner)}: every row of ${listed(view.past.map(shown))}`
          : `as ${code(view.owner)}`,
      readers: view.readers.length === 0 ? NOTHING : rolesWords(view.readers),
    })),
    unread: matrix.functions
      .filter(({ opaque }) => opaque !== null)
      .map(({ key }) => ({ function: functionNames(matrix)(key) })),
  };
}

const reachesAny = (reach: RoleAccess["reach"]): boolean => Object.values(reach).some((one) => one !== "none");

function groupsOf(
  relations: readonly RelationAccess[],
  groups: DocumentFacts["groups"],
): { title: string | null; relations: RelationAccess[] }[] {
  const left = new Set(relations);
  const named = groups.flatMap(({ name, matches }) => {
    const own = [...left].filter((relation) => matches(nameKey(relation)));
    for (const one of own) left.delete(one);
    return own.length === 0 ? [] : [{ title: name, relations: own }];
  });
  const others = [...left];
  if (named.length > 0)
    return [...named, ...(others.length > 0 ? [{ title: "other relations", relations: others }] : [])];
  const schemas = [...new Set(others.map(({ schema }) => schema))];
  return schemas.length < 2
    ? [{ title: null, relations: others }]
    : schemas.map((schema) => ({ title: schema, relations: others.filter((one) => one.schema === schema) }));
}

/** What one set of roles may do with one set of rows of a relation. */
interface Row {
  commands: Command[];
  roles: string[];
  rows: string;
  /** functions and triggers that do the same past these roles */
  by: string;
  decidedBy: string;
}

/** The rows of a relation: one for each command, and one for commands and roles that have the same access. */
function rowsOf(matrix: AccessMatrix, roles: readonly Role[], naming: Naming): (relation: RelationAccess) => Values[] {
  const nameOf = functionNames(matrix);
  const held = new Map<string, ReadonlySet<string>>();
  const heldBy = (role: string): ReadonlySet<string> => {
    const known = held.get(role) ?? heldRoles(role, roles);
    held.set(role, known);
    return known;
  };
  return (relation) => {
    const ofCommand = (command: Command): Row[] => {
      const by = functionsWords(relation, command, nameOf);
      const found = new Map<string, Row>();
      for (const { role, isAbove, reach } of relation.roles) {
        if (isAbove || reach[command] === "none") continue;
        const applied = relation.policies.filter(
          (policy) =>
            (policy.command === "ALL" || policy.command === command) &&
            policy.roles.some((one) => heldBy(role).has(one)),
        );
        const rows = cellOf(reach[command], applied, command, naming);
        const source = relation.rowSecurity ? decidedBy(applied) : "no row security";
        const key = JSON.stringify([rows, source]);
        const row = found.get(key) ?? { commands: [command], roles: [], rows, by, decidedBy: source };
        found.set(key, { ...row, roles: [...row.roles, role] });
      }
      if (found.size > 0) return [...found.values()];
      return by === NOTHING ? [] : [{ commands: [command], roles: [], rows: NOTHING, by, decidedBy: NOTHING }];
    };
    const merged = new Map<string, Row>();
    for (const row of COMMANDS.flatMap(ofCommand)) {
      const key = JSON.stringify([row.roles, row.rows, row.by, row.decidedBy]);
      const there = merged.get(key);
      merged.set(key, there ? { ...there, commands: [...there.commands, ...row.commands] } : row);
    }
    if (merged.size === 0)
      return [
        {
          relation: naming.relation(relation),
          may: NOTHING,
          who: "nobody",
          rows: NOTHING,
          by: NOTHING,
          decidedBy: NOTHING,
        },
      ];
    return [...merged.values()].map((row) => ({
      relation: naming.relation(relation),
      may: row.commands.map((command) => COMMAND_WORDS[command]).join(", "),
      who: row.roles.length === 0 ? NOTHING : rolesWords(row.roles),
      rows: row.rows,
      by: row.by,
      decidedBy: row.decidedBy,
    }));
  };
}

const COMMANDS: readonly Command[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const COMMAND_WORDS: Record<Command, string> = { SELECT: "read", INSERT: "insert", UPDATE: "update", DELETE: "delete" };

function cellOf(
  reach: RoleAccess["reach"][Command],
  applied: readonly PolicyAccess[],
  command: Command,
  naming: Naming,
): string {
  if (reach === "none") return NOTHING;
  if (reach === null) return "not known";
  if (reach === "every row") return "every row";
  const permissive = applied.filter((policy) => policy.permissive);
  const using = permissive.map((policy) => policy.usingConditions ?? []);
  const checks = permissive.map((policy) => policy.checkConditions ?? policy.usingConditions ?? []);
  const words = (sets: typeof using): string => alternativesWords(sets, naming);
  const sets = command === "INSERT" ? checks : using;
  const isSaid = (conditions: PolicyAccess["usingConditions"]): boolean =>
    conditions?.every((one) =>
      sets.every((all) => all.some((other) => JSON.stringify(other) === JSON.stringify(one))),
    ) === true;
  const always = applied
    .filter((policy) => !policy.permissive && !(isSaid(policy.usingConditions) && isSaid(policy.checkConditions ?? [])))
    .map((policy) => words([(command === "INSERT" ? policy.checkConditions : null) ?? policy.usingConditions ?? []]))
    .filter((text) => text !== "" && text !== "every row");
  const allowed =
    command === "INSERT" ? words(checks) : command === "UPDATE" ? updateWords(using, checks, words) : words(using);
  return [allowed === "" ? "some rows" : allowed, ...always.map((text) => `and always ${text}`)].join(", ");
}

/** What the row has to be before, and where that is not the same, after. */
function updateWords<Sets extends readonly unknown[]>(
  using: Sets,
  checks: Sets,
  words: (sets: Sets) => string,
): string {
  const [before, after] = [words(using), words(checks)];
  return before === after ||
    before.split(", ").join() === [...new Set([...before.split(", "), ...after.split(", ")])].join()
    ? before
    : `${before}; the new row: ${after}`;
}

const SOURCES: Record<PolicyAccess["pattern"], string> = {
  A: "claims",
  B: "variables",
  C: "variables, then claims",
  "identity-only": "the user's id",
  constant: "roles alone",
  other: "other conditions",
};

/** What the policies take the caller's identity from. */
function decidedBy(policies: readonly PolicyAccess[]): string {
  const patterns = [...new Set(policies.map(({ pattern }) => pattern))];
  const some = patterns.length > 1 ? patterns.filter((one) => one !== "constant") : patterns;
  const words = some.map((one) => SOURCES[one]);
  return `${words.length === 0 ? "no policy" : listed(words)}${policies.some(({ byHelper }) => byHelper) ? ", read by a function" : ""}`;
}

/** The functions and triggers by which a command changes rows, whatever policies say. */
function functionsWords({ writes }: RelationAccess, command: Command, nameOf: (key: FunctionKey) => string): string {
  const ways = writes.find((one) => one.command === command);
  const words = [
    ...(ways?.functions ?? []).map(nameOf),
    ...(ways?.triggers ?? []).map((key) => `trigger ${nameOf(key)}`),
  ];
  return words.length === 0 ? NOTHING : words.join(", ");
}

/** Columns of which a cell says `own`. */
function ownColumns({ relations }: AccessMatrix, naming: Naming): string[] {
  const found = new Set<string>();
  const visit = (conditions: PolicyAccess["usingConditions"]): void => {
    for (const one of conditions ?? []) {
      if (one.kind === "any") for (const all of one.of) visit(all);
      const name = one.kind === "own" ? (one.from.claim?.at(-1) ?? one.from.setting?.split(".").at(-1)) : undefined;
      if (one.kind === "own" && name === one.column && isMain(one.from, naming)) found.add(one.column);
    }
  };
  for (const { policies } of relations)
    for (const { usingConditions, checkConditions } of policies)
      for (const conditions of [usingConditions, checkConditions]) visit(conditions);
  return [...found].toSorted();
}

/** Roles that row security does not bind, which the tables leave out. */
function aboveWords({ relations }: AccessMatrix): string {
  const owners = new Set(relations.map(({ owner }) => owner));
  const above = [
    ...new Set(relations.flatMap(({ roles }) => roles.filter(({ isAbove }) => isAbove).map(({ role }) => role))),
  ].filter((role) => !owners.has(role));
  return above.length === 0 ? "" : listed(above.map(code));
}
