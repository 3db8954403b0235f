import { claimsOf } from "../../fixtures/index.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, relationKey } from "../../pg/name.ts";
import { claimsStatements, settingStatements } from "../../request/index.ts";
import { rowCondition, type Target, type TestEnvironment } from "../environment/index.ts";
import type { Attempt } from "../matrix/index.ts";
import { VICTIM, type Actor } from "../personas/index.ts";
import { keys } from "./read.ts";
import { foreignRow, inTheNameOf, insertInto, mayClear, on, spareRow } from "./rows.ts";
import { ownSettings } from "./own-settings.ts";

type Environment = Pick<TestEnvironment, "surface" | "targets" | "fixtures" | "context" | "catalog" | "tenantSetting">;

/**
 * Reads of another tenant's rows whose tenant or user has become NULL, or the default, because the row that they
 * reference was deleted: policies may take such a row for everybody's.
 */
export function orphanAttempts(target: Target, actor: Actor, { surface }: Environment): Attempt[] {
  const row = foreignRow(target);
  if (!row || !mayClear(target, actor)) return [];
  return surface.foreignKeys
    .filter(
      (key) => relationKey(key) === target.name && (key.onDelete === "set null" || key.onDelete === "set default"),
    )
    .flatMap((key): Attempt[] => {
      const owner = key.columns.filter((name) => name in target.filled.context || target.filled.users.includes(name));
      if (owner.length === 0) return [];
      const [value, word] = key.onDelete === "set null" ? ["null", "NULL"] : ["default", "the default"];
      const set = key.columns.map((name) => `${quoteIdent(name)} = ${value}`).join(", ");
      return [
        on(target, {
          command: "SELECT",
          attack: `read a row whose ${owner.join(", ")} became ${word} when the row that it references was deleted`,
          setup: [`update ${target.sql} t set ${set} where ${rowCondition(target, row)}`],
          sql: keys(target, `${target.sql} t`),
          answer: "keys",
          probe: null,
          judge: {
            kind: "foreign",
            cause: {
              door: "policy",
              object: { kind: target.kind, name: target.name },
              message: `policies of \`${target.name}\` let everybody through to rows whose \`${owner.join(", ")}\` is ${word}, and \`${key.name}\` makes it that when the row that it references is deleted`,
              hint: "delete such rows with the row that they reference (on delete cascade), or let policies refuse them",
            },
          },
        }),
      ];
    });
}

/**
 * Deletes of an own row that another tenant's row references: ON DELETE CASCADE removes that row too, and no policy
 * applies to it (manual, section 5.9: checks of referential integrity bypass row security). The reference is made by a
 * member of the other tenant, as policies allow it; where they do not, nothing happens.
 */
export function cascadeAttempts(target: Target, actor: Actor, environment: Environment): Attempt[] {
  const { surface, targets } = environment;
  const own = spareRow(target, "own");
  if (actor.class !== "member" || !target.throwaway || target.own === null || own === null) return [];
  const mine = inTheNameOf(actor, target, own);
  return surface.foreignKeys
    .filter((key) => nameKey(key.target) === target.name && key.onDelete === "cascade")
    .flatMap((key): Attempt[] => {
      const child = targets.get(relationKey(key));
      const theirs = child && spareRow(child, "foreign");
      if (!child || !theirs || child === target) return [];
      // a random uuid cannot be guessed, and a row that is not seen is not referenced by accident
      const guessable = key.columns.every((name) => child.columns.find((one) => one.name === name)?.type !== "uuid");
      if (!guessable || key.columns.some((name) => name in child.filled.context || child.filled.users.includes(name)))
        return [];
      const pointing = {
        ...theirs,
        ...Object.fromEntries(key.columns.map((name, n) => [name, mine[key.targetColumns[n] ?? ""]])),
      };
      return [
        on(child, {
          command: "DELETE",
          attack: `delete own row of ${target.name} that a foreign row references (${key.columns.join(", ")})`,
          setup: [insertInto(target, mine), asVictim(insertInto(child, pointing), actor.role, environment)],
          sql: `delete from ${target.sql} t where ${rowCondition(target, mine)}`,
          judge: {
            kind: "foreign",
            cause: {
              door: "cascade",
              object: { kind: "constraint", name: nameKey({ schema: key.schema, name: key.name }) },
              message: `\`${key.name}\` lets a row of \`${child.name}\` reference a row of another tenant in \`${target.name}\`, and deleting that one removes it too`,
              hint: "put the tenant's column into the foreign key, or check the referenced row in WITH CHECK",
            },
          },
        }),
      ];
    });
}

/** A statement of a member of the other tenant, as set-up; an error of it is passed over, and undoes it. */
function asVictim(sql: string, role: string, { fixtures, context }: Environment): string {
  const victim = fixtures.members.find(({ tenant }) => tenant === VICTIM);
  const steps = victim
    ? [
        ...claimsStatements({ claims: JSON.stringify(claimsOf(victim, context, role)) }),
        ...settingStatements(ownSettings(context, victim)),
      ]
    : [];
  const clear = [
    "perform set_config('role', 'none', true)",
    "perform set_config('request.jwt.claims', '', true)",
    ...(victim
      ? Object.keys(ownSettings(context, victim)).map((name) => `perform set_config(${quoteLiteral(name)}, '', true)`)
      : []),
  ];
  const body = [
    "begin",
    ...steps.map((step) => `  execute ${quoteLiteral(step)};`),
    `  perform set_config('role', ${quoteLiteral(role)}, true);`,
    `  ${sql};`,
    ...clear.map((step) => `  ${step};`),
    "exception when others then null;",
    "end",
  ].join("\n");
  return `do ${dollarQuote(body, "victim")}`;
}
