import { groupBy } from "../pg/group-by.ts";
import type { Breach, Heat, Verification } from "../verify/index.ts";
import { singleLined } from "./single-lined.ts";
import { xmlText } from "./xml.ts";

/**
 * A verification as JUnit XML: a suite for each relation, a case for each command and class of personas, a failure with
 * its statements for a breach.
 */
export function verificationJunit(verification: Verification): string {
  const v = singleLined(verification);
  const suites = [...groupBy(v.heat, ({ relation }) => relation)].map(([relation, heats]) => {
    const failures = heats.filter(({ breach }) => breach > 0).length;
    const skipped = heats.filter(isSkipped).length;
    return [
      `  <testsuite name="${xmlText(relation)}" tests="${heats.length}" failures="${failures}" skipped="${skipped}">`,
      ...heats.flatMap((heat) => testcase(heat, v.breaches)),
      "  </testsuite>",
    ].join("\n");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="rlsmith verify">',
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

/** True if none of its cells is settled: a failure is a breach, and a skipped case is one that is not settled. */
const isSkipped = ({ held, heldByGrant, breach, expected, notSettled }: Heat): boolean =>
  notSettled > 0 && held + heldByGrant + breach + expected === 0;

function testcase(heat: Heat, breaches: readonly Breach[]): string[] {
  const open = `    <testcase classname="${xmlText(heat.relation)}" name="${xmlText(`${heat.command} as ${heat.personaClass}`)}"`;
  if (heat.breach > 0) {
    const found = breaches.filter(
      // a MERGE that deletes is reported with DELETE
      ({ relations, commands }) =>
        relations.includes(heat.relation) &&
        (commands.includes(heat.command) || (heat.command === "DELETE" && commands.includes("MERGE"))),
    );
    const told = found
      .map(({ object, message, statements }) => `${object.name}: ${message}\n${statements.join("\n")}`)
      .join("\n\n");
    return [
      `${open}>`,
      `      <failure message="${xmlText(found[0]?.message ?? "rows of another tenant were reached")}">${xmlText(told)}</failure>`,
      "    </testcase>",
    ];
  }
  if (!isSkipped(heat)) return [`${open}/>`];
  const why = `not settled: ${heat.notSettled} ${heat.notSettled === 1 ? "cell" : "cells"}`;
  return [`${open}>`, `      <skipped message="${why}"/>`, "    </testcase>"];
}
