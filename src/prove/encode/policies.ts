import type { Relation } from "../../pg/catalog.ts";
import type { Policy } from "../../pg/policy.ts";
import { commandOf, type Component } from "../component.ts";
import { nameKey } from "../../pg/name.ts";
import type { Row } from "../logic/formula.ts";
import type { Encoder } from "./context.ts";
import { InfiniteRecursion } from "./recursion.ts";
import type { Frame } from "./frame.ts";
import { parseOnce } from "./parse-once.ts";
import type { Condition } from "./value.ts";

/**
 * USING or WITH CHECK, as the component wants it: without WITH CHECK the new row meets USING (manual, CREATE POLICY).
 */
export const qualOf = (policy: Policy, component: Component): string | null =>
  component === "INSERT" || component === "UPDATE CHECK" ? (policy.check ?? policy.using) : policy.using;

/**
 * The policies of a relation for one row, as Postgres combines them: (one of the permissive) AND (all restrictive).
 * Where row security does not apply: true. Without a permissive policy: false. A sub-query without the privilege to
 * read raises for every row.
 */
export function rowAccess(
  encoder: Encoder,
  about: { relation: Relation; component: Component; row: Row; frame: Frame },
): Condition {
  const { logic, values, side } = encoder;
  const { relation, component, frame } = about;
  const command = commandOf(component);
  if (encoder.recursion === "raise" && !side.hasPrivilege(relation, command, frame.role))
    return values.condition(logic.true, logic.false, logic.false);
  if (side.bypasses(relation, frame.role)) return values.constant(true);
  const applied = side.policies(relation, command, frame.role);
  return composed(encoder, applied, about);
}

/** The same for given policies, whoever asks. */
export function composed(
  encoder: Encoder,
  applied: readonly Policy[],
  { relation, component, row, frame }: { relation: Relation; component: Component; row: Row; frame: Frame },
): Condition {
  const { values } = encoder;
  const quals = applied.flatMap((policy) => {
    const text = qualOf(policy, component);
    return text === null ? [] : [{ policy, text, ...parseOnce(text) }];
  });
  if (!quals.some(({ policy }) => policy.permissive)) return values.constant(false);
  const key = nameKey(relation);
  const expands = quals.some(({ hasSubLink }) => hasSubLink);
  if (expands && frame.active.includes(key)) {
    if (encoder.recursion === "raise") throw new InfiniteRecursion(key);
    return values.constant(true);
  }
  const active = expands ? [...frame.active, key] : frame.active;
  // a new row is checked by an expression of its own, which is part of no query
  const isQual = component !== "INSERT" && component !== "UPDATE CHECK";
  const encodeQual = (qual: (typeof quals)[number]): Condition => {
    const { tree } = qual;
    const encode = (): Condition => {
      const outer = encoder.planned;
      encoder.planned = new Set();
      const made = encoder.condition(tree, {
        scopes: [[{ kind: "relation", alias: relation.name, relation, row }]],
        withQueries: new Map(),
        parameters: new Map(),
        role: frame.role,
        searchPath: ["public"],
        written: false,
        loose: false,
        refusesAmbiguity: false,
        depth: frame.depth,
        active,
        calls: frame.calls,
        isQual,
      });
      const planned = [...encoder.planned];
      encoder.planned = outer;
      return planned.length === 0 ? made : { ...made, raises: encoder.logic.or(made.raises, ...planned) };
    };
    // the same text over columns of the same types is the same, for every relation
    if (qual.hasFrom) return encode();
    const types = relation.columns
      .filter(({ name }) => qual.columns.includes(name))
      .map((column) => [column.name, column.type, column.notNull, encoder.apart.columns.has(column)]);
    const memo = JSON.stringify([
      encoder.name,
      encoder.recursion,
      qual.asksRole ? frame.role : "",
      row.id,
      frame.depth,
      frame.calls,
      isQual,
      relation.name,
      types,
      qual.text,
    ]);
    const known = encoder.encoded.get(memo);
    if (known) return known;
    const before = [encoder.opaques.size, encoder.subQueries.count];
    const made = encode();
    // a volatile call is another each time, and the sub-queries of a function's body have to be counted again
    if (before[0] === encoder.opaques.size && before[1] === encoder.subQueries.count) encoder.encoded.set(memo, made);
    return made;
  };
  const permissive = quals.filter(({ policy }) => policy.permissive).map(encodeQual);
  const restrictive = quals.filter(({ policy }) => !policy.permissive).map(encodeQual);
  return values.and([values.or(permissive), ...restrictive]);
}
