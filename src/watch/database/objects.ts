import { readFileSync } from "node:fs";
import {
  changedObjects,
  inForce,
  readJournal,
  readState,
  relationsWithPolicies,
  scopeOfState,
  stillReading,
  stillReadingByFunction,
  type ChangedObject,
  type State,
  type Entry,
  type StillReading,
} from "../../apply/index.ts";
import type { Db } from "../../db/port.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { Plan } from "../../plan/index.ts";
import { relationsOf } from "../plan-facts.ts";
import type { ObjectDifference, ObjectsReading, Sample } from "../sample.ts";

const FACTS = readFileSync(new URL("../queries/object-facts.sql", import.meta.url), "utf8");

/** What surrounds the relations of a plan, as object-facts.sql reads it. */
export interface ObjectFacts {
  indexes: NamedOn[];
  privileges: NamedOn[];
  columnPrivileges: NamedOn[];
  execute: NamedOn[];
  withoutRowSecurity: QualifiedName[];
}

interface NamedOn extends QualifiedName {
  object: string;
}

/** The facts at this moment, inside an open transaction. `relations`: those of the plan. */
async function readObjectFacts(db: Db, relations: readonly QualifiedName[]): Promise<ObjectFacts> {
  const names = JSON.stringify(relations.map(({ schema, name }) => ({ schema, name })));
  const [, rows] = await db.exec(
    `select set_config('search_path', '', true);\n${FACTS.replaceAll("$1", () => quoteLiteral(names))}`,
  );
  const [row] = rows ?? [];
  if (!row) throw new Error("the query returns one row");
  return row["facts"] as ObjectFacts;
}

/**
 * Compare the objects of a plan with what it left, by the journal, and what surrounds them with what was there at the
 * first sample, which `cursor` holds (null: this is the first); the first one after a rollback counts as the first. `was`:
 * the kind of the sample before; null: there is none. Only reads, inside an open transaction. Throws ToolError
 * (environment) if the journal cannot be trusted or read.
 */
export const readObjects = async (
  db: Db,
  plan: Plan,
  hash: string,
  cursor: ObjectFacts | null,
  was: Sample["kind"] | null = null,
): Promise<{ reading: ObjectsReading; inForce: Entry[] }> => {
  await db.exec("begin read only; set local statement_timeout = '30s'; set local lock_timeout = '5s'");
  try {
    return await objectsIn(db, plan, hash, cursor, was);
  } finally {
    await db.exec("rollback").catch(() => {});
  }
};

async function objectsIn(
  db: Db,
  plan: Plan,
  hash: string,
  first: ObjectFacts | null,
  was: Sample["kind"] | null,
): Promise<{ reading: ObjectsReading; inForce: Entry[] }> {
  const relations = relationsOf(plan);
  const facts = await readObjectFacts(db, relations);
  const entries = inForce(await readJournal(db)).filter(({ planHash }) => planHash === hash);
  // the plan was taken back: what is there now is what a later apply changes
  const cursor = entries.length === 0 && was === "after" ? null : first;
  const base = { source: "objects" as const, cursor: cursor ?? facts };
  const around = cursor === null ? [] : surroundings(cursor, facts);
  if (entries.length === 0)
    return {
      reading: { ...base, lacks: [{ lack: "nothing before", what: "rlsmith.history" }], differences: around },
      inForce: entries,
    };
  const changed: ChangedObject[] = [];
  let planted = true;
  for (const { after } of entries) {
    const found = await readState(db, scopeOfState(after));
    changed.push(...changedObjects(after, found));
    planted &&= findsPlanted(after, found);
  }
  const everywhere = await readState(db, { relations: await relationsWithPolicies(db), functions: [], schemas: [] });
  const again = [...stillReading(plan, everywhere), ...(await stillReadingByFunction(db, plan))];
  return {
    reading: {
      ...base,
      planted: planted && findsPlantedAround(facts) ? "seen" : "not seen",
      lacks: [],
      differences: [...changed.map(changedOf), ...again.map(readAgain), ...around],
    },
    inForce: entries,
  };
}

/**
 * Change each policy, function and relation in a copy of what was read of the catalog, and see that each is found to
 * differ from the journal: a comparison of nothing, or with nothing, finds no difference either. The catalog itself is left
 * as it is, since a changed policy locks its relation (ACCESS EXCLUSIVE) even if the transaction is rolled back.
 */
export function findsPlanted(expected: State, found: State): boolean {
  const changed: State = {
    ...found,
    relations: found.relations.map((one) => ({
      ...one,
      rowSecurity: !expected.relations.find((other) => nameKey(other) === nameKey(one))?.rowSecurity,
      policies: one.policies.map((policy) => ({ ...policy, using: `${policy.using ?? ""} planted` })),
    })),
    functions: found.functions.map((one) => ({ ...one, definition: `${one.definition ?? ""} planted` })),
  };
  const differences = changedObjects(expected, changed);
  const of = (kind: ChangedObject["kind"]): number => differences.filter((one) => one.kind === kind).length;
  const there = expected.relations.filter(({ exists }) => exists);
  const wanted = {
    relations: there.length,
    policies: there.reduce((sum, { policies }) => sum + policies.length, 0),
    functions: expected.functions.length,
  };
  return (
    wanted.policies + wanted.functions > 0 &&
    of("row security") + of("relation gone") >= wanted.relations &&
    // those of a relation that is gone are gone with it
    (of("policy") >= wanted.policies || of("relation gone") > 0) &&
    of("function") >= wanted.functions
  );
}

/** The same with an index and a privilege, compared with the first sample. */
function findsPlantedAround(facts: ObjectFacts): boolean {
  const one = { schema: "planted", name: "planted", object: "planted" };
  const more = { ...facts, indexes: [one, ...facts.indexes], privileges: [one, ...facts.privileges] };
  return surroundings(more, facts).length >= 2 && surroundings(facts, more).length > 0;
}

function changedOf(one: ChangedObject): ObjectDifference {
  switch (one.kind) {
    case "policy":
      return { relation: nameKey(one.relation), cause: `policy ${one.how}`, object: one.policy };
    case "function":
      return { relation: null, cause: "function changed", object: one.function };
    case "schema":
      return { relation: null, cause: "schema changed", object: one.schema };
    case "default":
      return { relation: nameKey(one.relation), cause: "default changed", object: one.column };
    case "row security":
      return { relation: nameKey(one.relation), cause: "row security changed", object: nameKey(one.relation) };
    case "relation gone":
      return { relation: nameKey(one.relation), cause: "relation gone", object: nameKey(one.relation) };
  }
}

const readAgain = ({ policy, relation, setting, through }: StillReading): ObjectDifference => ({
  relation: nameKey(relation),
  cause: "variable read again",
  object: `${policy}: ${setting}${through === null ? "" : ` (${through})`}`,
});

/** What went, and what a request can reach since, that it could not before. */
function surroundings(before: ObjectFacts, now: ObjectFacts): ObjectDifference[] {
  const gone = (key: "indexes" | "privileges" | "columnPrivileges" | "execute"): NamedOn[] =>
    missing(before[key], now[key]);
  const added = (key: "privileges" | "columnPrivileges" | "execute"): NamedOn[] => missing(now[key], before[key]);
  const on =
    (cause: ObjectDifference["cause"]) =>
    (one: NamedOn): ObjectDifference => ({
      relation: nameKey(one),
      cause,
      object: one.object,
    });
  const privileges = ["privileges", "columnPrivileges", "execute"] as const;
  return [
    ...gone("indexes").map(on("index gone")),
    ...privileges.flatMap(gone).map(on("privilege gone")),
    ...privileges.flatMap(added).map(on("privilege added")),
    ...now.withoutRowSecurity
      .filter((one) => !before.withoutRowSecurity.some((other) => nameKey(other) === nameKey(one)))
      .map((one) => on("relation without row security")({ ...one, object: nameKey(one) })),
  ];
}

const missing = (from: readonly NamedOn[], other: readonly NamedOn[]): NamedOn[] => {
  const there = new Set(other.map((one) => `${nameKey(one)} ${one.object}`));
  return from.filter((one) => !there.has(`${nameKey(one)} ${one.object}`));
};
