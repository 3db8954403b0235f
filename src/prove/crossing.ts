import type { Relation } from "../pg/catalog.ts";
import { identForReading } from "../pg/identifier.ts";
import type { Assumption } from "./assume.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { compareAccess, type CompareOptions } from "./compare-access.ts";
import type { Comparison } from "./comparison.ts";
import { nameKey } from "../pg/name.ts";
import type { Component } from "./component.ts";
import { parseOnce } from "./encode/parse-once.ts";
import type { Tenant } from "./never.ts";
import {
  encoderFor,
  frameFor,
  oldRow,
  wholeAccess,
  type Access,
  type Encoded,
  type EncodeRequest,
} from "./predicate.ts";

/**
 * Which gains are of another tenant: for each verdict that some rows are gained with or without context, the verdict on
 * the gains among rows whose tenant column holds another value than the request's claim: `looser`
 * where there are some, `unknown` where that is not settled. In a foreign regime what the token alone allows is no gain, and the others are objected to
 * anyway; where every statement failed before, nobody knows what was meant to be reached, and the rehearsal tries.
 */
export function crossTenantGains(
  shared: Comparison,
  tenant: Tenant | null,
  verdicts: readonly AssumedVerdict[],
  assumptions: readonly Assumption[],
  options: CompareOptions,
): AssumedVerdict[] {
  if (tenant === null) return [];
  const named = new Map(assumptions.map((assumption) => [assumption.name, assumption]));
  return verdicts.flatMap((verdict) => {
    const assumption = named.get(verdict.assumption);
    const { role } = verdict;
    const [before, after] = [shared.before.relation(verdict.relation), shared.after.relation(verdict.relation)];
    const isForeign = verdict.regime?.kind === "foreign";
    const failed = verdict.opensErrors === "every statement";
    if (!gains(verdict) || failed || isForeign || !assumption || !before || !after || !hasColumn(after, tenant))
      return [];
    const found = asked(verdict, verdicts).flatMap((component) => {
      const encode = (request: EncodeRequest): Encoded => {
        const relation = request.side === "before" ? before : after;
        const whole = wholeAccess(shared, { relation, component, role }, request);
        return request.side === "before" ? whole : among(shared, tenant, { relation, component, role }, request, whole);
      };
      return compareAccess(shared, { relation: before, component, role }, [assumption], encode, options);
    });
    // what is lost among all rows is no part of the question
    return found.flatMap((one): AssumedVerdict[] => {
      const witnesses = one.witnesses.filter(({ change }) => change === "gained");
      if (one.decision === "unknown") return [{ ...one, witnesses }];
      return gains(one) ? [{ ...one, decision: "looser", witnesses }] : [];
    });
  });
}

/**
 * Where UPDATE gains rows that it may start from, the check on what it makes of them is asked about too: it may have let
 * a row go to another tenant all along, and nobody came to it.
 */
function asked({ relation, component, role, assumption }: AssumedVerdict, all: readonly AssumedVerdict[]): Component[] {
  if (component !== "UPDATE USING") return [component];
  const isGained = all.some(
    (one) =>
      one.component === "UPDATE CHECK" &&
      one.role === role &&
      one.assumption === assumption &&
      nameKey(one.relation) === nameKey(relation) &&
      gains(one),
  );
  return isGained ? [component] : [component, "UPDATE CHECK"];
}

const gains = ({ decision }: AssumedVerdict): boolean => decision === "looser" || decision === "incomparable";

const hasColumn = (relation: Relation, { column }: Tenant): boolean =>
  relation.columns.some(({ name }) => name === column);

/**
 * The predicate for rows of another tenant alone; of an UPDATE, also for those that were one. A row without a tenant is
 * of none.
 */
function among(
  shared: Comparison,
  tenant: Tenant,
  { relation, component, role }: Access,
  { side, row }: EncodeRequest,
  found: Encoded,
): Encoded {
  if (found.kind === "fails") return found;
  const column = identForReading(tenant.column);
  const type = relation.columns.find(({ name }) => name === tenant.column)?.type ?? "text";
  const text = `${column} is not null and ${column} is distinct from (${tenant.claim})::${type}`;
  const rows = component === "UPDATE CHECK" ? [row, oldRow(shared)] : [row];
  const crossing = rows.map((one) => {
    const scope = [{ kind: "relation" as const, alias: relation.name, relation, row: one }];
    return encoderFor(shared, side).condition(parseOnce(text).tree, { ...frameFor(role), scopes: [scope] }).isTrue;
  });
  const { predicate } = found;
  const { logic } = shared;
  return {
    kind: "predicate",
    predicate: { ...predicate, isTrue: logic.and(predicate.isTrue, logic.or(...crossing)) },
  };
}
