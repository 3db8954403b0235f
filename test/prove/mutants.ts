import { CITEXT_MUTANTS } from "./citext-mutants.ts";
import { CONSTRUCT_MUTANTS } from "./construct-mutants.ts";
import { DEPENDS_MUTANTS } from "./depends-mutants.ts";
import { EXCEPTION_MUTANTS } from "./exception-mutants.ts";
import { FOLDED_TEXT_MUTANTS } from "./folded-text-mutants.ts";
import { GATE_MUTANTS } from "./gate-mutants.ts";
import { HAS_ROLE_MUTANTS } from "./has-role-mutants.ts";
import { INTEGER_MUTANTS } from "./integer-mutants.ts";
import { OUTER_JOIN_MUTANTS } from "./outer-join-mutants.ts";
import { NO_OPERATOR_MUTANTS } from "./no-operator-mutants.ts";
import { SELF_COMPARISON_MUTANTS } from "./self-comparison-mutants.ts";
import { TRIAL_MUTANTS } from "./trial-mutants.ts";
import type { CaseKind } from "./mutant-run.ts";

/**
 * Wrong provers, each the present one with one small change. `scripts/mutants.ts` shows that the cases notice every one
 * of them: a mistake of that kind cannot come back unseen.
 */
export interface Mutant {
  id: string;
  /** what the wrong prover believes */
  title: string;
  /** under `src/prove/` */
  file: string;
  /** exact text; stands in the file exactly once */
  find: string;
  replace: string;
  /** ids of cases that notice it at least; others may too */
  noticedBy: readonly string[];
  /** the cases that it meets; default: those of `test/cases/prove` */
  cases?: CaseKind;
}

const POLICY_MUTANTS: readonly Mutant[] = [
  // three-valued logic
  {
    id: "two-valued-not",
    title: "NOT takes NULL for false",
    file: "encode/value.ts",
    find: "not: ({ raises, isTrue, isFalse }) => condition(raises, isFalse, isTrue),",
    replace: "not: ({ raises, isTrue }) => condition(raises, logic.not(logic.or(raises, isTrue)), isTrue),",
    noticedBy: ["12", "50"],
  },
  {
    id: "null-and-false-null",
    title: "NULL AND false is NULL",
    file: "encode/value.ts",
    find: "const isFalse = logic.or(...values.map((value) => value.isFalse));",
    replace:
      "const isFalse = logic.and(logic.or(...values.map((value) => value.isFalse)), ...values.map((value) => logic.or(value.isTrue, value.isFalse)));",
    noticedBy: ["K-de-morgan"],
  },
  {
    id: "is-true-keeps-null",
    title: "NULL IS TRUE is NULL",
    file: "encode/expression.ts",
    find: "values.condition(arg.raises, logic.and(settled, holds), logic.and(settled, logic.not(holds)));",
    replace:
      "values.condition(arg.raises, logic.and(settled, holds), logic.and(settled, logic.not(holds), logic.or(arg.isTrue, arg.isFalse)));",
    noticedBy: ["50"],
  },
  {
    id: "free-is-null",
    title: "IS NULL is a fact of its own, not linked to the value",
    file: "encode/expression.ts",
    find: "const { raises, isNull } = nullness(encoder, encoder.expression(nullTest?.arg, frame));",
    replace:
      'const { raises } = nullness(encoder, encoder.expression(nullTest?.arg, frame));\n  const isNull = logic.predicate({ kind: "here", key: "free null" }, null, []);',
    noticedBy: ["10"],
  },
  {
    id: "null-not-distinct-ignored",
    title: "NULL IS NOT DISTINCT FROM NULL is false",
    file: "encode/compare.ts",
    find: "const same = logic.and(settled, logic.or(logic.and(nullA, nullB), equal.isTrue));",
    replace: "const same = logic.and(settled, equal.isTrue);",
    noticedBy: ["13"],
  },
  {
    id: "not-null-ignored",
    title: "a NOT NULL column may be NULL",
    file: "encode/column.ts",
    find: "const isNull = notNull ? logic.false : logic.predicate(columnIsNull(name), row, []);",
    replace: "const isNull = logic.predicate(columnIsNull(name), row, []);",
    noticedBy: ["16"],
  },
  {
    id: "nothing-is-null",
    title: "no column is ever NULL",
    file: "encode/column.ts",
    find: "const isNull = notNull ? logic.false : logic.predicate(columnIsNull(name), row, []);",
    replace: "const isNull = logic.false;",
    noticedBy: ["12"],
  },
  {
    id: "in-without-null",
    title: "x IN (query) is false, not NULL, where only NULLs are found",
    file: "encode/subquery.ts",
    find: "? values.condition(raises, some(compared.isTrue), logic.and(settled, logic.not(some(logic.not(compared.isFalse)))))",
    replace: "? values.condition(raises, some(compared.isTrue), logic.and(settled, logic.not(some(compared.isTrue))))",
    noticedBy: ["K-not-in-null"],
  },

  // settings and claims
  {
    id: "empty-is-unset",
    title: "a setting is unset or has a value: empty counts as unset",
    file: "encode/call.ts",
    find: ": logic.predicate(settingIsSet(name), null, []);",
    replace:
      ': logic.and(logic.predicate(settingIsSet(name), null, []), logic.not(logic.equal(logic.setting(name), logic.constant(SORT.text, ""))));',
    noticedBy: ["2"],
  },
  {
    id: "never-unset",
    title: "a setting is empty or has a value: it is never unset",
    file: "encode/call.ts",
    find: ": logic.predicate(settingIsSet(name), null, []);",
    replace: ": logic.true;",
    noticedBy: ["4"],
  },
  {
    id: "missing-ok-always",
    title: "current_setting(name) of an unset setting is NULL",
    file: "encode/call.ts",
    find: "const missing = args[1] === undefined ? false : boolConst(args[1]);",
    replace: "const missing = true;",
    noticedBy: ["4"],
  },
  {
    id: "json-null-is-text",
    title: "->> of a JSON null is a text",
    file: "encode/json.ts",
    find: "return [{ when: logic.and(when, some), term }];",
    replace: "return [{ when: logic.or(logic.and(when, some), when), term }];",
    noticedBy: ["K-json-null"],
  },
  {
    id: "assumption-may-be-null",
    title: "an assumption that comes to NULL counts as true",
    file: "assume.ts",
    find: "return logic.and(isTrue, logic.not(raises));",
    replace: "return logic.or(isTrue, encoder.values.isNullOf(encoder.condition(parseOnce(text).tree, frame)));",
    noticedBy: ["K-assumption-not-null"],
  },

  // sub-queries
  {
    id: "subquery-by-text",
    title: "sub-queries of the same text are the same: policies of the inner relation do not count",
    file: "encode/from.ts",
    find: 'rowAccess(encoder, { relation, component: "SELECT", row, frame: { ...frame, depth } });',
    replace: "encoder.values.constant(depth >= 0 && frame.depth >= 0);",
    noticedBy: ["24", "K-inner-widened"],
  },
  {
    id: "unchanged-by-own-text",
    title: "a relation whose own policies did not change gives the same, whatever became of those that they read",
    file: "uses.ts",
    find: "for (const name of changed) for (const user of users.get(name) ?? []) changed.add(user);",
    replace: "",
    noticedBy: ["K-inner-widened"],
  },
  {
    id: "opaque-over-changed",
    title: "what is not understood is the same on both sides, although a policy that it runs under changed",
    file: "encode/opaque.ts",
    find: ": facts.changed ? [encoder.name] : []),",
    replace: ": []),",
    noticedBy: ["K-opaque-over-changed"],
  },
  {
    id: "one-row",
    title: "a table has one row at most",
    file: "solve/ground.ts",
    find: "const MOST_ROWS = 12;",
    replace: "const MOST_ROWS = 1;",
    noticedBy: ["K-two-rows"],
  },
  {
    id: "negative-exists-one-row",
    title: "NOT EXISTS looks at one row only",
    file: "solve/ground.ts",
    find: "for (; quantifier.seen < rows.length; quantifier.seen += 1) {",
    replace: "for (; quantifier.seen < Math.min(rows.length, 1); quantifier.seen += 1) {",
    noticedBy: ["18"],
  },
  {
    id: "row-not-in-its-table",
    title: "a sub-query over the own relation does not meet the row in question",
    file: "compare-access.ts",
    find: 'const rows = access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table: nameKey(access.relation) }];',
    replace: 'const rows: SolverOptions["rows"] = [];',
    noticedBy: ["K-row-is-there DELETE"],
  },
  {
    id: "inserted-row-is-there",
    title: "a sub-query of an INSERT policy meets the row that is being inserted",
    file: "compare-access.ts",
    find: 'const rows = access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table: nameKey(access.relation) }];',
    replace: "const rows = [{ row: oldRow ?? row, table: nameKey(access.relation) }];",
    noticedBy: ["K-row-to-be INSERT"],
  },
  {
    id: "updated-row-is-there",
    title: "a sub-query of an UPDATE check meets the new row instead of the old one",
    file: "compare-access.ts",
    find: 'const rows = access.component === "INSERT" ? [] : [{ row: oldRow ?? row, table: nameKey(access.relation) }];',
    replace: 'const rows = access.component === "INSERT" ? [] : [{ row, table: nameKey(access.relation) }];',
    noticedBy: ["K-row-to-be UPDATE_CHECK"],
  },
  {
    id: "outer-name-wins",
    title: "a name without a qualifier is looked for outside first",
    file: "encode/frame.ts",
    find: "for (const scope of frame.scopes)",
    replace: "for (const scope of [...frame.scopes].reverse())",
    noticedBy: ["K-inner-name-wins"],
  },
  {
    id: "unique-ignored-lookup",
    title: "a scalar sub-query that pins a unique key may still find several rows",
    file: "encode/one-row.ts",
    find: "return source.relation.uniqueKeys.some((key) => key.every((column) => pinned.has(column)));",
    replace: "return false;",
    noticedBy: ["K-unique-lookup"],
  },
  {
    id: "unique-any-lookup",
    title: "a scalar sub-query that pins any column finds one row",
    file: "encode/one-row.ts",
    find: "return source.relation.uniqueKeys.some((key) => key.every((column) => pinned.has(column)));",
    replace: "return pinned.size > 0;",
    noticedBy: ["42"],
  },
  {
    id: "unique-part-lookup",
    title: "a part of a unique key pins one row",
    file: "encode/one-row.ts",
    find: "return source.relation.uniqueKeys.some((key) => key.every((column) => pinned.has(column)));",
    replace: "return source.relation.uniqueKeys.some((key) => key.some((column) => pinned.has(column)));",
    noticedBy: ["K-unique-part-lookup"],
  },
  {
    id: "unique-ignored-rows",
    title: "two rows may agree on a unique key",
    file: "solve/unique-keys.ts",
    find: "if (rows.length < 2 || keys.length === 0) continue;",
    replace: "continue;",
    noticedBy: ["K-unique-rows"],
  },
  {
    id: "unique-every-column",
    title: "every column is unique",
    file: "solve/unique-keys.ts",
    find: "const { uniqueKeys: keys } = state.table(table);",
    replace: "const keys = [...columnsOf(state, table).keys()].map((column) => [column]);",
    noticedBy: ["K-unique-part-rows"],
  },
  {
    id: "unique-nulls-equal",
    title: "a unique key lets in one NULL only",
    file: "solve/unique-keys.ts",
    find: `    for (const { row } of [a, b]) alike.push(logic.not(isNull(column, row)));
    if (sort) alike.push(sameValue(column, sort));`,
    replace: `    const nulls = logic.and(isNull(column, a.row), isNull(column, b.row));
    const there = logic.and(logic.not(isNull(column, a.row)), logic.not(isNull(column, b.row)));
    if (sort) alike.push(logic.or(nulls, logic.and(there, sameValue(column, sort))));`,
    noticedBy: ["K-unique-nulls"],
  },
  {
    id: "recursion-not-detected",
    title: "a policy may read its own relation",
    file: "encode/policies.ts",
    find: 'if (encoder.recursion === "raise") throw new InfiniteRecursion(key);',
    replace: "",
    noticedBy: ["46"],
  },
  {
    id: "recursion-needs-from",
    title: "only sub-queries with FROM count for recursion, not (select auth.uid())",
    file: "encode/policies.ts",
    find: "const expands = quals.some(({ hasSubLink }) => hasSubLink);",
    replace: "const expands = quals.some(({ hasFrom }) => hasFrom);",
    noticedBy: ["K-recursion-without-from DELETE"],
  },

  // composition of policies
  {
    id: "update-check-alone",
    title: "an UPDATE policy without WITH CHECK lets every new row through",
    file: "encode/policies.ts",
    find: 'component === "INSERT" || component === "UPDATE CHECK" ? (policy.check ?? policy.using) : policy.using;',
    replace:
      'component === "UPDATE CHECK" ? (policy.check ?? "true") : component === "INSERT" ? (policy.check ?? policy.using) : policy.using;',
    noticedBy: ["P6 UPDATE_CHECK"],
  },
  {
    id: "check-ignored",
    title: "new rows meet USING even where the policy has a WITH CHECK",
    file: "encode/policies.ts",
    find: 'component === "INSERT" || component === "UPDATE CHECK" ? (policy.check ?? policy.using) : policy.using;',
    replace: 'component === "INSERT" || component === "UPDATE CHECK" ? (policy.using ?? policy.check) : policy.using;',
    noticedBy: ["K-check-differs UPDATE_CHECK"],
  },
  {
    id: "all-is-not-select",
    title: "a policy FOR ALL is about writing only",
    file: "side.ts",
    find: '(policy.command === "ALL" || policy.command === command) &&',
    replace: '((policy.command === "ALL" && command !== "SELECT") || policy.command === command) &&',
    noticedBy: ["P1 SELECT"],
  },
  {
    id: "permissive-and",
    title: "permissive policies are ANDed",
    file: "encode/policies.ts",
    find: "return values.and([values.or(permissive), ...restrictive]);",
    replace: "return values.and([...permissive, ...restrictive]);",
    noticedBy: ["P4 SELECT"],
  },
  {
    id: "kinds-swapped",
    title: "permissive and restrictive are swapped",
    file: "encode/policies.ts",
    find: "return values.and([values.or(permissive), ...restrictive]);",
    replace: "return values.and([values.or(restrictive), ...permissive]);",
    noticedBy: ["P4 SELECT", "P6 INSERT"],
  },
  {
    id: "restrictive-ignored",
    title: "restrictive policies do not count",
    file: "encode/policies.ts",
    find: "return values.and([values.or(permissive), ...restrictive]);",
    replace: "return values.or(permissive);",
    noticedBy: ["P6 INSERT"],
  },
  {
    id: "no-permissive-allows",
    title: "without a permissive policy every row is allowed",
    file: "encode/policies.ts",
    find: "if (!quals.some(({ policy }) => policy.permissive)) return values.constant(false);",
    replace: "if (!quals.some(({ policy }) => policy.permissive)) return values.constant(true);",
    noticedBy: ["P5 SELECT"],
  },
  {
    id: "row-security-off-ignored",
    title: "policies hold although row security is off",
    file: "side.ts",
    find: "bypasses: (relation, role) => !relation.rowSecurity || isAbove(relation, role),",
    replace: "bypasses: (relation, role) => isAbove(relation, role),",
    noticedBy: ["P10 SELECT"],
  },
  {
    id: "privilege-ignored",
    title: "GRANT does not count",
    file: "predicate.ts",
    find: "if (!shared[side].hasPrivilege(relation, commandOf(component), role))",
    replace: "if (Math.abs(0) > 1)",
    noticedBy: ["K-grant-revoked DELETE"],
  },

  // roles
  {
    id: "to-by-name",
    title: "TO role binds that role alone, not those that inherit from it",
    file: "side.ts",
    find: 'policy.roles.some((named) => named === "public" || privilegesOf(role).has(named)),',
    replace: 'policy.roles.some((named) => named === "public" || named === role),',
    noticedBy: ["K-inherits SELECT"],
  },
  {
    id: "to-ignored",
    title: "every policy binds every role",
    file: "side.ts",
    find: 'policy.roles.some((named) => named === "public" || privilegesOf(role).has(named)),',
    replace: "policy.roles.length > 0,",
    noticedBy: ["K-other-role SELECT"],
  },
  {
    id: "noinherit-ignored",
    title: "a NOINHERIT member has the privileges of the role",
    file: "side.ts",
    find: "if (role?.inherit) for (const parent of role.memberOf) all.add(parent);",
    replace: "if (role) for (const parent of role.memberOf) all.add(parent);",
    noticedBy: ["K-noinherit SELECT"],
  },
  {
    id: "bypassrls-ignored",
    title: "BYPASSRLS does not count",
    file: "side.ts",
    find: "if (found?.superuser || found?.bypassRls) return true;",
    replace: "if (found?.superuser) return true;",
    noticedBy: ["K-bypassrls SELECT"],
  },
  {
    id: "owner-ignored",
    title: "policies bind the owner of the relation",
    file: "side.ts",
    find: "return !relation.forceRowSecurity && privilegesOf(role).has(relation.owner);",
    replace: "return false;",
    noticedBy: ["24", "K-owner SELECT"],
  },
  {
    id: "owner-by-name",
    title: "members of the owner are bound by policies",
    file: "side.ts",
    find: "return !relation.forceRowSecurity && privilegesOf(role).has(relation.owner);",
    replace: "return !relation.forceRowSecurity && role === relation.owner;",
    noticedBy: ["K-owner-member SELECT"],
  },
  {
    id: "force-ignored",
    title: "FORCE ROW LEVEL SECURITY does not count",
    file: "side.ts",
    find: "return !relation.forceRowSecurity && privilegesOf(role).has(relation.owner);",
    replace: "return privilegesOf(role).has(relation.owner);",
    noticedBy: ["K-force SELECT"],
  },
  {
    id: "roles-alike",
    title: "roles with the same policies have the same access, although the policy asks for current_user",
    file: "prove.ts",
    find: 'ofRole ? role : ""',
    replace: '""',
    noticedBy: ["K-current-user SELECT"],
  },
  {
    id: "memory-without-role",
    title: "a policy encoded for one role is taken for another",
    file: "encode/policies.ts",
    find: 'qual.asksRole ? frame.role : "",',
    replace: '"",',
    noticedBy: ["K-current-user SELECT"],
  },

  // functions
  {
    id: "definer-as-invoker",
    title: "SECURITY DEFINER runs with the rights of the caller",
    file: "encode/inline.ts",
    find: "role: fn.securityDefiner ? fn.owner : frame.role,",
    replace: "role: frame.role,",
    noticedBy: ["24"],
  },
  {
    id: "invoker-as-definer",
    title: "every function runs with the rights of its owner",
    file: "encode/inline.ts",
    find: "role: fn.securityDefiner ? fn.owner : frame.role,",
    replace: "role: fn.owner,",
    noticedBy: ["K-invoker"],
  },
  {
    id: "strict-ignored",
    title: "a STRICT function runs for NULL too",
    file: "encode/inline.ts",
    find: "const nulls = fn.strict ?",
    replace: "const nulls = fn.strict && args.length > 99 ?",
    noticedBy: ["K-strict"],
  },
  {
    id: "volatile-congruent",
    title: "a VOLATILE function gives the same each time",
    file: "encode/opaque.ts",
    find: "...(volatile ? [encoder.name, encoder.opaques.size] : ",
    replace: "...(",
    noticedBy: ["K-volatile-own"],
  },
  {
    id: "volatile-unread-congruent",
    title: "a VOLATILE function whose body is not read gives the same for the same arguments",
    file: "encode/congruent.ts",
    find: 'fn.volatility === "volatile" || fn.kind',
    replace: "fn.kind",
    noticedBy: ["K-volatile-own"],
  },
  {
    id: "short-circuit-forgotten",
    title: "a sub-query raises wherever a part of its condition may",
    file: "encode/lookup.ts",
    find: "return logic.or(logic.and(logic.not(shortCircuit), any), logic.and(shortCircuit, reached));",
    replace: "return any;",
    noticedBy: ["K-look-up-reaches-no-row SELECT"],
  },
  {
    id: "overlap-untold",
    title: "rows gained where either side may raise leave the verdict as it is",
    file: "settle.ts",
    find: "const unknown = hangs || isOpen;",
    replace: "const unknown = hangs;",
    noticedBy: ["errors-over-no-rows SELECT", "errors-or-not SELECT"],
  },
  {
    id: "opaque-guessed",
    title: "a difference that hangs on something not understood is told as a fact",
    file: "settle.ts",
    find: "const hangs = differs && touched.size > 0;",
    replace: "const hangs = differs && touched.size > 1e6;",
    noticedBy: ["45"],
  },
  {
    id: "lower-injective",
    title: "lower() gives different texts for different texts",
    file: "solve/axioms/text.ts",
    find: '    if (term.symbol.kind === "output")',
    replace: `    if (term.symbol.kind === "fold")
      for (const other of termsOf(context, term.symbol)) {
        const [origin] = other.args;
        if (other.id > term.id && origin)
          once(\`print \${term.id} \${other.id}\`, () => logic.iff(logic.equal(term, other), logic.equal(arg, origin)));
      }
    if (term.symbol.kind === "output")`,
    noticedBy: ["8"],
  },

  // types and casts
  {
    id: "uuid-text-canonical",
    title: "a text that reads as a uuid is the one that the uuid prints as",
    file: "solve/axioms/conversion.ts",
    find: "      readsConstants(context, conversion, text);",
    replace: `      readsConstants(context, conversion, text);
      if (conversion.type.kind === "uuid") {
        const { logic } = context;
        const printed = { kind: "output", type: conversion.type, sort: text.sort, key: "out:uuid" } as const;
        context.once(\`canonical \${text.id}\`, () =>
          logic.or(
            logic.not(isReadable(context, conversion.type, text)),
            logic.equal(logic.apply(printed, [logic.apply(input(conversion.type), [text])]), text),
          ),
        );
      }`,
    noticedBy: ["6"],
  },
  {
    id: "print-not-read-back",
    title: "the text of a uuid may read as another uuid",
    file: "solve/axioms/conversion.ts",
    find: "return logic.or(logic.not(logic.equal(text, out)), logic.and(ok, logic.equal(value, origin)));",
    replace: "return logic.true;",
    noticedBy: ["6"],
  },
  {
    id: "uuid-in-total",
    title: "a cast from text never raises",
    file: "encode/cast.ts",
    find: "    raises.push(logic.and(when, logic.not(reads)));\n    cases.push({ when: logic.and(when, reads), term: logic.apply(input(type),",
    replace: "    cases.push({ when: logic.and(when, reads), term: logic.apply(input(type),",
    noticedBy: ["6", "27"],
  },
  {
    id: "uuid-case-sensitive",
    title: "uuids in upper and in lower case differ",
    file: "logic/conversion.ts",
    find: 'const hex = inner.replaceAll("-", "").toLowerCase();',
    replace: 'const hex = inner.replaceAll("-", "");',
    noticedBy: ["K-uuid-upper-case"],
  },
  {
    id: "integers-dense",
    title: "there is a number between 3 and 4",
    file: "solve/order.ts",
    find: "weight: -bound - 1, literal }",
    replace: "weight: -bound - 0.5, literal }",
    noticedBy: ["32"],
  },
  {
    id: "enum-open",
    title: "an enum has values besides its labels",
    file: "solve/axioms/text.ts",
    find: 'if (labels && term.kind !== "constant")',
    replace: 'if (labels && term.kind === "setting")',
    noticedBy: ["K-enum-labels"],
  },
  {
    id: "enum-alphabetical",
    title: "enums are ordered by their labels' spelling",
    file: "encode/compare.ts",
    find: "? enumAtMost(encoder, labels)",
    replace: "? enumAtMost(encoder, [...labels].sort())",
    noticedBy: ["K-enum-order"],
  },

  // patterns and arithmetic
  {
    id: "anchors-of-alternatives",
    title: "the anchors of a regular expression hold for each of its alternatives",
    file: "logic/pattern.ts",
    find: 'if (reading.at !== reading.end || (inner.kind === "choice" && (starts || ends))) return null;',
    replace: "if (reading.at !== reading.end) return null;",
    noticedBy: ["K-anchor-of-one-alternative"],
  },
  {
    id: "like-without-escapes",
    title: "a backslash in a pattern of LIKE is a character",
    file: "logic/language.ts",
    find: 'return pattern.includes("\\\\") ? null : patternOfLike(pattern);',
    replace: "return patternOfLike(pattern);",
    noticedBy: ["K-like-escape"],
  },
  {
    id: "sums-never-overflow",
    title: "n + 1 never raises",
    file: "encode/arithmetic.ts",
    find: "const out = isTold ? logic.not(within)",
    replace: "const out = isTold ? logic.false",
    noticedBy: ["K-integer-overflow"],
  },
  {
    id: "weeks-are-days",
    title: "a week is a day",
    file: "encode/interval.ts",
    find: "week: { days: 7 },",
    replace: "week: { days: 1 },",
    noticedBy: ["K-interval-week"],
  },
  {
    id: "hours-are-minutes",
    title: "an hour is a minute",
    file: "encode/interval.ts",
    find: "hour: { micros: 3_600_000_000 },",
    replace: "hour: { micros: 60_000_000 },",
    noticedBy: ["K-interval-hour"],
  },

  // errors and the verdict
  {
    id: "and-guards",
    title: "AND does not evaluate what stands right of a false part",
    file: "encode/value.ts",
    find: "condition(raisesUnless(values, isFalse), ",
    replace:
      "condition(logic.or(...values.map((value, index) => logic.and(value.raises, ...values.slice(0, index).map((left) => logic.not(left.isFalse))))), ",
    noticedBy: ["K-and-does-not-guard"],
  },
  {
    id: "and-evaluates-all",
    title: "what uses AND has no value where any of its parts raises",
    file: "encode/value.ts",
    find: "condition(raisesUnless(values, isFalse), ",
    replace: "condition(raisesUnless(values, logic.false), ",
    noticedBy: ["K-and-leaves-out"],
  },
  {
    id: "or-evaluates-all",
    title: "what uses OR has no value where any of its parts raises",
    file: "encode/value.ts",
    find: "condition(raisesUnless(values, isTrue), ",
    replace: "condition(raisesUnless(values, logic.false), ",
    noticedBy: ["K-or-leaves-out"],
  },
  {
    id: "strict-evaluates-all",
    title: "a strict operator evaluates its operands, though one is NULL",
    file: "encode/left-out.ts",
    find: "operands.some(({ isNull }) => isNull === logic.true) ?",
    replace: "operands.length === 0 ?",
    noticedBy: ["K-null-operand"],
  },
  {
    id: "body-evaluates-arguments",
    title: "an argument of a function in SQL is evaluated whether the body uses it or not",
    file: "encode/inline.ts",
    find: "? unlessLeftOut(encoder.logic, all)",
    replace: "? all",
    noticedBy: ["K-argument-left-out"],
  },
  {
    id: "look-up-shares-rows",
    title: "a look-up and the query on the right of IN range over one row",
    file: "encode/subquery.ts",
    find: "{ ...around, depth: depthBelow(left, around) }",
    replace: "around",
    noticedBy: ["K-look-up-in"],
  },
  {
    id: "always-evaluates-all",
    title: "a statement is not asked about with parts left out",
    file: "decide.ts",
    find: "const [whole, cut] = [false, true].map(",
    replace: "const [whole, cut] = [false, false].map(",
    noticedBy: ["K-or-leaves-out"],
  },
  {
    id: "case-does-not-guard",
    title: "CASE evaluates every branch",
    file: "encode/choice.ts",
    find: "raises = logic.or(raises, logic.and(reached, branch.when.raises), logic.and(taken, own));",
    replace: "raises = logic.or(raises, branch.when.raises, own);",
    noticedBy: ["K-and-does-not-guard"],
  },
  {
    id: "coalesce-evaluates-all",
    title: "COALESCE evaluates every argument",
    file: "encode/choice.ts",
    find: "raises = logic.or(raises, logic.and(reached, own));",
    replace: "raises = logic.or(raises, own);",
    noticedBy: ["K-coalesce-is-lazy"],
  },
  {
    id: "no-row-no-error",
    title: "an expression in a sub-query raises only where the sub-query has a row",
    file: "encode/lookup.ts",
    find: "((part.open & mask) === 0 ? part : over(encoder, rows, part))",
    replace: "over(encoder, rows, part)",
    noticedBy: ["24"],
  },
  {
    id: "vacuous-is-equivalent",
    title: "under an assumption that contradicts itself both sides are equivalent",
    file: "decide.ts",
    find: 'return { decision: "vacuous", ...NO_ERRORS, models, bounded };',
    replace: 'return { decision: "equivalent", ...NO_ERRORS, models, bounded };',
    noticedBy: ["41"],
  },
  {
    id: "always-errors-is-equivalent",
    title: "what raises in every state is equivalent to anything",
    file: "decide.ts",
    find: 'return { decision: "always-errors", ...NO_ERRORS, models, bounded };',
    replace: 'return { decision: "equivalent", ...NO_ERRORS, models, bounded };',
    noticedBy: ["K-always-raises"],
  },
  {
    id: "budget-never-checked",
    title: "the time is never up",
    file: "comparison.ts",
    find: "if (performance.now() > shared.deadline) throw new BudgetExceeded();",
    replace: "",
    noticedBy: ["probe: no time"],
  },
  {
    id: "constant-of-one-part",
    title: "a list that is split from a constant has one member",
    file: "logic/functions.ts",
    find: 'text === "" ? [] : separator === "" ? [text] : text.split(separator);',
    replace: 'text === "" ? [] : separator === "" ? [] : [text];',
    noticedBy: ["parts-of-constant", "parts-of-constant-cast"],
  },
  {
    id: "split-of-unknown-constant",
    title: "nothing is known of a list that is split from a constant",
    file: "solve/axioms/array.ts",
    find: "if (!vocabulary.mayBeEqual(text, constant)) continue;\n      const parts",
    replace: "if (!vocabulary.mayBeEqual(text, constant) || conversions) continue;\n      const parts",
    noticedBy: ["parts-of-constant", "parts-of-constant-cast"],
  },
];

export const MUTANTS: readonly Mutant[] = [
  ...POLICY_MUTANTS,
  ...[...DEPENDS_MUTANTS, ...NO_OPERATOR_MUTANTS].map((mutant) => ({ ...mutant, cases: "depends" as const })),
  ...[...CONSTRUCT_MUTANTS, ...OUTER_JOIN_MUTANTS].map((mutant) => ({ ...mutant, cases: "constructs" as const })),
  ...INTEGER_MUTANTS,
  ...CITEXT_MUTANTS,
  ...EXCEPTION_MUTANTS,
  ...HAS_ROLE_MUTANTS,
  ...FOLDED_TEXT_MUTANTS,
  ...SELF_COMPARISON_MUTANTS,
  ...GATE_MUTANTS.map((mutant) => ({ ...mutant, cases: "objects" as const })),
  ...TRIAL_MUTANTS.map((mutant) => ({ ...mutant, cases: "trial" as const })),
];
