import type { Catalog, Relation } from "../pg/catalog.ts";
import { isPlatformRelation, isPlatformRole } from "../pg/platform-objects.ts";
import { as } from "../pg/expr/node.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { walk } from "../pg/expr/walk.ts";
import { identForReading } from "../pg/identifier.ts";
import { nameKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import { NOTHING } from "./assume.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { compareAccess, type CompareOptions } from "./compare-access.ts";
import { newComparison, type Comparison } from "./comparison.ts";
import type { Component } from "./component.ts";
import { isDistinct } from "./encode/compare.ts";
import { encodeColumn } from "./encode/column.ts";
import { parseOnce } from "./encode/parse-once.ts";
import type { Row } from "./logic/formula.ts";
import { pathsPast } from "./objects/index.ts";
import { encoderFor, frameFor, oldRow, wholeAccess, type Access, type Encoded } from "./predicate.ts";
import { rolesFor } from "./prove.ts";
import type { UnknownReason, Witness } from "./verdict.ts";

/** Something that no role may reach. */
export type Property =
  /** rows for which an SQL condition over columns, claims and settings is true */
  | { kind: "condition"; name: string; components: readonly Component[]; condition: string }
  /** rows of another tenant: the relation's column differs from the claim */
  | { kind: "tenant"; name: string; components: readonly Component[]; tenant: Tenant }
  /** an UPDATE that gives a row to another tenant */
  | { kind: "move"; name: string; tenant: Tenant }
  /** any row, as `anon` */
  | { kind: "anonymous"; name: string };

/** The column that says whose a row is, and the claim that says who asks, as SQL text. */
export interface Tenant {
  column: string;
  claim: string;
}

export interface PropertyVerdict {
  relation: QualifiedName;
  component: Component;
  role: string;
  /** `violated`: some row is reached, and a witness shows it */
  answer: "proved" | "violated" | "unknown";
  reasons: UnknownReason[];
  witness: Witness | null;
  /** what the witness's row satisfies, as SQL; null where that is about two rows */
  condition: string | null;
}

const ALL: readonly Component[] = ["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"];

/**
 * Check a property of the policies as they are, on every relation it can be about, for every role but those that row
 * security does not bind (superusers, BYPASSRLS, the owner) and the platform's own. Views by which roles reach such
 * relations with the rights of an owner are not settled. Pure. Throws a syntax error of the condition.
 */
export function proveNever(catalog: Catalog, property: Property, options: CompareOptions = {}): PropertyVerdict[] {
  const shared = newComparison(catalog, catalog);
  const about = catalog.relations.filter(
    (relation) => relation.kind !== "view" && isAbout(catalog, property, relation),
  );
  return [
    ...about.flatMap((relation) =>
      rolesOf(shared, property, relation).flatMap((role) =>
        componentsOf(property).map((component) => {
          const access = { relation, component, role };
          const [verdict] = compareAccess(
            shared,
            access,
            [NOTHING],
            (request) => {
              const reached = wholeAccess(shared, access, request);
              // the second side is what would be left if the property held
              return request.side === "before" ? reached : without(shared, property, access, request.row, reached);
            },
            options,
          );
          return answerOf(verdict, property, relation);
        }),
      ),
    ),
    ...uncovered(catalog, property, new Set(about.map(nameKey))),
  ];
}

/** Views that give rows of the relations past row security: what they give is not modelled. */
function uncovered(catalog: Catalog, property: Property, about: ReadonlySet<NameKey>): PropertyVerdict[] {
  if (!componentsOf(property).includes("SELECT")) return [];
  return pathsPast(catalog)
    .filter(({ kind, relation }) => kind === "view" && about.has(relation))
    .flatMap(({ name, roles, relation }) =>
      roles
        .filter((role) => property.kind !== "anonymous" || role === "anon" || role === "public")
        .map((role): PropertyVerdict => {
          const message = `the view reads ${relation} with the rights of its owner, past the policies that apply to the role`;
          return {
            relation: name,
            component: "SELECT",
            role,
            answer: "unknown",
            reasons: [{ kind: "unsupported", message, expression: null, at: null }],
            witness: null,
            condition: null,
          };
        }),
    );
}

/** Functions that come to guarded relations with the rights of their owners: no property is about what they give. */
export const functionsPast = (catalog: Catalog): string[] => [
  ...new Set(pathsPast(catalog).flatMap(({ kind, shown }) => (kind === "function" ? [shown] : []))),
];

const componentsOf = (property: Property): readonly Component[] =>
  property.kind === "move" ? ["UPDATE CHECK"] : property.kind === "anonymous" ? ALL : property.components;

function isAbout(catalog: Catalog, property: Property, relation: Relation): boolean {
  if (property.kind === "tenant" || property.kind === "move")
    return relation.columns.some(({ name }) => name === property.tenant.column);
  if (property.kind === "anonymous") return !isPlatformRelation(catalog, relation);
  return namesColumnsOf(property.condition, relation);
}

/** Every column that a condition names outside its sub-queries can be one of the relation, and there is one. */
function namesColumnsOf(condition: string, relation: Relation): boolean {
  let found = 0;
  let fits = true;
  walk(parseOnce(condition).tree, (node) => {
    const select = as("SelectStmt", node);
    if (select?.fromClause) return false;
    const parts = as("ColumnRef", node) ? columnRef(node) : null;
    if (!parts) return true;
    const [column = "", table, schema] = parts.toReversed();
    found += 1;
    fits &&=
      relation.columns.some(({ name }) => name === column) &&
      (table === undefined || table === relation.name) &&
      (schema === undefined || schema === relation.schema);
    return true;
  });
  return fits && found > 0;
}

function rolesOf(shared: Comparison, property: Property, relation: Relation): string[] {
  const side = shared.before;
  const { catalog } = side;
  const bound = rolesFor(shared, relation, relation, []).filter(
    (role) => !isPlatformRole(catalog, role) && !side.isAbove(relation, role),
  );
  return property.kind === "anonymous" ? bound.filter((role) => role === "anon" || role === "public") : bound;
}

function without(shared: Comparison, property: Property, access: Access, row: Row, reached: Encoded): Encoded {
  if (reached.kind === "fails") return reached;
  const { logic } = shared;
  const { relation, role } = access;
  const encoder = encoderFor(shared, "after");
  const { isTrue, raises, readsRows } = reached.predicate;
  if (property.kind === "anonymous")
    return { kind: "predicate", predicate: { isTrue: logic.false, raises, readsRows } };
  if (property.kind === "move") {
    const old = oldRow(shared);
    const column = relation.columns.find(({ name }) => name === property.tenant.column);
    const [from, to] = [old, row].map((one) => (column ? encodeColumn(encoder, one, column) : null));
    const moved = from && to ? isDistinct(encoder, from, to) : null;
    return {
      kind: "predicate",
      predicate: { isTrue: logic.and(isTrue, moved ? logic.not(moved.isTrue) : logic.false), raises, readsRows },
    };
  }
  const text = conditionOf(property, relation);
  const frame = { ...frameFor(role), scopes: [[{ kind: "relation" as const, alias: relation.name, relation, row }]] };
  const condition = encoder.condition(parseOnce(text).tree, frame);
  return {
    kind: "predicate",
    predicate: { isTrue: logic.and(isTrue, logic.not(condition.isTrue)), raises, readsRows },
  };
}

const conditionOf = (property: Extract<Property, { kind: "condition" | "tenant" }>, relation: Relation): string =>
  property.kind === "condition"
    ? property.condition
    : `${identForReading(property.tenant.column)} is distinct from (${property.tenant.claim})::${relation.columns.find(({ name }) => name === property.tenant.column)?.type ?? "text"}`;

function answerOf(verdict: AssumedVerdict | undefined, property: Property, relation: Relation): PropertyVerdict {
  if (!verdict) throw new Error("a comparison under one assumption gives one verdict");
  const witness = verdict.witnesses.find(({ change }) => change === "lost") ?? null;
  return {
    relation: verdict.relation,
    component: verdict.component,
    role: verdict.role,
    answer:
      verdict.decision === "equivalent" || verdict.decision === "always-errors"
        ? "proved"
        : verdict.decision === "unknown"
          ? "unknown"
          : "violated",
    reasons: verdict.reasons,
    witness: witness && { ...witness, after: "allow" },
    condition: property.kind === "condition" || property.kind === "tenant" ? conditionOf(property, relation) : null,
  };
}
