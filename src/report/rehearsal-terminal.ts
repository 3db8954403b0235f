import type { AccessDifference, Rehearsal } from "../rehearse/index.ts";
import { groupBy } from "../pg/group-by.ts";
import { relationKey } from "../pg/name.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { singleLined } from "./single-lined.ts";

/** A rehearsal as a person reads it: the rounds, the relations without rows, differences by regime, and the verdict. */
export function renderRehearsal(run: Rehearsal, colours: Colours): string {
  const rehearsal = singleLined(run);
  const lines = [colours.bold("Rehearsal")];
  for (const [index, round] of rehearsal.rounds.entries()) {
    const ok = round.error === null && round.differences.length === 0;
    const told =
      round.error ??
      (round.expected === null
        ? ""
        : ok
          ? `the catalog is that of ${round.expected}`
          : `${counted(round.differences.length, "difference")} from ${round.expected}`);
    lines.push(`  ${ok ? colours.green("✓") : colours.red("✗")} ${index + 1}. ${round.file.padEnd(4)} ${told}`);
    for (const difference of round.differences.slice(0, 10)) lines.push(`      ${difference}`);
  }
  const { access } = rehearsal;
  if (access === null) return `${lines.join("\n")}\n`;
  const told = new Set(rehearsal.notCompared.map(({ relation }) => relation));
  for (const missing of access.relations.notFilled)
    if (!told.has(relationKey(missing)))
      lines.push(
        `  ${colours.yellow("!")} ${relationKey(missing)} has no rows, so its access was not compared: ${missing.reason}`,
      );
  const mark = (good: boolean): string => (good ? colours.green("✓") : colours.red("✗"));
  const { crossTenant } = access;
  lines.push(
    `  ${mark(access.cells > 0)} ${counted(access.cells, "statement")} run before and after, as ${counted(access.personas.length, "persona")} on ${counted(access.relations.filled.length, "relation")}`,
    `  ${crossTenant.after === 0 ? mark(true) : colours.yellow("!")} with another tenant's variable set: ${crossTenant.readsBefore} reads and ${crossTenant.writesBefore} writes crossed tenants before, ${crossTenant.readsAfter} and ${crossTenant.writesAfter} after`,
    `  ${mark(rehearsal.readsLeft === 0)} ${counted(rehearsal.readsLeft, "policy still reads", "policies still read")} a mapped variable`,
    `  ${mark(rehearsal.stepsLeft === 0)} planning the result again: ${rehearsal.stepsLeft === 0 ? "nothing left to do" : `${counted(rehearsal.stepsLeft, "step")} left`}`,
    `  ${mark(access.unannounced === 0)} ${counted(access.differences.length, "difference")}, ${access.unannounced} of them not announced by the plan`,
  );
  for (const [regime, found] of groupBy(access.differences, (difference) => difference.regime)) {
    const reasons = groupBy(found, (difference) => difference.announcedBy ?? "not announced");
    lines.push(`    ${regime} context: ${found.length}`);
    for (const [reason, same] of [...reasons].toSorted((a, b) => b[1].length - a[1].length).slice(0, 8))
      lines.push(`      ${String(same.length).padStart(6)}  ${reason}`);
  }
  lines.push(
    access.onTenants === 0
      ? `  ${colours.yellow("!")} no relation has rows of tenants that the variables or policies tell apart: access across them was not compared`
      : `  ${mark(access.opened.length === 0)} ${access.opened.length} of ${access.onTenants} statements reach rows of another tenant that they did not reach before`,
  );
  for (const difference of access.opened.slice(0, 20)) lines.push(colours.red(`    ${describe(difference)}`));
  if (access.opened.length > 20) lines.push(`    … and ${access.opened.length - 20} more (--format json has all)`);
  const unannounced = access.differences.filter((difference) => difference.announcedBy === null);
  for (const difference of unannounced.slice(0, 20)) lines.push(colours.red(`    ${describe(difference)}`));
  if (unannounced.length > 20) lines.push(`    … and ${unannounced.length - 20} more (--format json has all)`);
  for (const one of rehearsal.notCompared) lines.push(...notComparedLines(one, colours));
  return `${lines.join("\n")}\n`;
}

function notComparedLines(one: Rehearsal["notCompared"][number], colours: Colours): string[] {
  const why = whyNotCompared(one);
  if (one.accepted !== null) return [`  ${colours.yellow("!")} ${why} (accepted: ${one.accepted})`];
  return [
    colours.red(`  ✗ ${why}`),
    `      or answer it in the config: \`unrehearsed: { ${JSON.stringify(one.relation)}: "why" }\``,
  ];
}

function whyNotCompared(one: Rehearsal["notCompared"][number]): string {
  switch (one.kind) {
    case "no statements":
      return `${one.relation}: no statement was run, so nothing was compared`;
    case "not filled":
      return `${one.relation} has no rows, so its access was not compared: ${one.reason}`;
    case "nobody bound":
      return `${one.relation}: row security does not bind ${one.roles.join(", ")}, so nothing was compared; name the role of requests in the migrations (CREATE ROLE, GRANT)`;
    case "only errors":
      return `${one.relation}: every statement raised ${one.sqlstates.join(", ")}, before and after, so nothing was compared${
        one.sqlstates.includes("42501") ? "; is a GRANT missing in the files?" : ""
      }`;
  }
}

const describe = (d: AccessDifference): string =>
  `${d.regime} context${d.context ? ` (${d.context})` : ""} · ${d.persona} · ${d.statement} ${relationKey(d)}: ${outcome(d.before)} → ${outcome(d.after)}`;

const outcome = (result: AccessDifference["before"]): string =>
  result.kind === "error" ? `error ${result.sqlstate}` : `${result.rows} ${result.rows === 1 ? "row" : "rows"}`;
