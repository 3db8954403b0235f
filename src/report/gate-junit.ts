import type { Gate } from "../watch/index.ts";
import { causeText, lackText } from "./gate.ts";
import { xmlText } from "./xml.ts";

/** A gate as JUnit XML: a case for each criterion; one that is not settled is a failure too, since it is no pass. */
export function gateJunit({ judgements, target }: Gate): string {
  const failing = judgements.filter(({ state, waived }) => waived === null && state !== "passed");
  const cases = judgements.map((one) => {
    const open = `    <testcase classname="${xmlText(target)}" name="${one.criterion}"`;
    if (one.waived !== null)
      return `${open}><skipped message="${xmlText(`waived by ${one.waived.by}: ${one.waived.reason}`)}"/></testcase>`;
    if (one.state === "passed") return `${open}/>`;
    const told = [...one.causes.map(causeText), ...one.lacks.map(lackText)].join("\n");
    return `${open}><failure message="${one.state}">${xmlText(told)}</failure></testcase>`;
  });
  const waived = judgements.filter((one) => one.waived !== null).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="rlsmith gate">',
    `  <testsuite name="${xmlText(target)}" tests="${judgements.length}" failures="${failing.length}" skipped="${waived}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
