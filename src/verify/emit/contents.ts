import type { IsolationCheck, IsolationTests } from "./isolation-tests.ts";

// What both kinds of file have in common. The answers that their helpers give, and the ones expected, are texts made here and there alike.

/** The answer that a check must get: `sees nothing`, `sees` and keys one a line, `changed`, `unchanged`, `error 23505`. */
export function expectedAnswer({ expected }: IsolationCheck): string {
  if (expected.kind === "error") return `error ${expected.sqlstate}`;
  if (expected.kind !== "keys") return expected.kind;
  const keys = expected.keys.join("\n");
  return keys === "" ? "sees nothing" : `sees\n${keys}`;
}

/** The database roles of the personas, each once, sorted. */
export const rolesOf = (tests: IsolationTests): string[] =>
  [...new Set(tests.personas.map((persona) => persona.role))].toSorted();

/** Settings that every check starts with empty, sorted: whatever an earlier one has set is never unset again in a session. */
export function emptiedSettings(tests: IsolationTests): string[] {
  const used = [...tests.checks.flatMap((check) => Object.keys(check.settings)), ...(tests.variables ?? [])];
  // a name without a dot is a setting of Postgres' own, which has a value of its own to go back to
  return ["request.jwt.claims", ...[...new Set(used)].filter((name) => name.includes(".")).toSorted()].filter(
    (name, index, all) => all.indexOf(name) === index,
  );
}

/** Checks of one relation after another, in the order in which they come. */
export function checksByRelation(tests: IsolationTests): Map<string, IsolationCheck[]> {
  const known = new Set(tests.personas.map((persona) => persona.name));
  const sections = new Map<string, IsolationCheck[]>();
  for (const check of tests.checks) {
    if (!known.has(check.persona)) throw new Error(`\`${check.title}\` names a persona that is not there`);
    const section = sections.get(check.relation);
    if (section) section.push(check);
    else sections.set(check.relation, [check]);
  }
  return sections;
}

/** A text for a title or a comment: nothing in it may end the line, in SQL or in TypeScript. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();

export const privilegeTitle = (role: string): string => `role ${oneLine(role)} is neither superuser nor BYPASSRLS`;

export const guardedTitle = (role: string, relation: string): string =>
  `as ${oneLine(role)}: row security is active on ${oneLine(relation)}`;
