import { relative } from "node:path";
import type { Demo } from "../demo.ts";
import type { Colours } from "./colours.ts";
import { renderRehearsal } from "./rehearsal-terminal.ts";
import { summary } from "./plan-terminal.ts";

/**
 * The end of the demo, in plain words: the changes, the result of the rehearsal, the access that the old policies gave,
 * the paths of the files.
 */
export function renderDemo(demo: Demo, colours: Colours): string {
  const { plan, names } = demo.planned;
  const { access, rounds, readsLeft } = demo.rehearsal;
  const bold = colours.bold;
  const accounted = plan.policies.length;
  const cross = access?.crossTenant;
  const at = (path: string): string => relative(demo.projectDir, path);
  const lines = [
    "",
    renderRehearsal(demo.rehearsal, colours),
    bold("What changed"),
    `  ${summary(plan)}`,
    `  ${accounted} of ${demo.inspection.catalog.policies.length} policies accounted for; ${readsLeft} reads of app.* variables left.`,
    bold("What the rehearsal showed"),
    `  Up and down ran ${rounds.length} times in turn; the catalog was as expected each time: ${rounds.every((round) => round.error === null && round.differences.length === 0) ? "yes" : "no"}.`,
    `  ${access?.cells ?? 0} statements ran before and after: ${access?.differences.length ?? 0} answered differently, ${access?.unannounced ?? 0} of them not announced by the plan.`,
    bold("What the old policies let through"),
    `  A client that set another casino's id read its rows in ${cross?.readsBefore ?? 0} cases and wrote them in ${cross?.writesBefore ?? 0}. After: ${cross?.readsAfter ?? 0} and ${cross?.writesAfter ?? 0}.`,
    bold("The files"),
    `  in ${demo.projectDir}`,
    `  ${at(names.up)}`,
    `  ${at(names.down)}`,
    `  .rlsmith/differences.md (every difference of access, with its reason)`,
    `  rlsmith.config.ts (decided), rlsmith.config.inferred.ts (as init writes it)`,
    "",
    `${demo.rehearsal.passed ? colours.green("passed") : colours.red("not passed")} in ${demo.seconds.toFixed(1)} s`,
  ];
  return `${lines.join("\n")}\n`;
}
