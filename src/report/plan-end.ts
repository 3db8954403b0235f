import { groupBy } from "../pg/group-by.ts";
import type { ReadLeft } from "../pipeline/reads-left.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { nothingToDo } from "./plan-terminal.ts";
import { offerText } from "./rule-offers.ts";
import type { Plan } from "../plan/index.ts";
import { oneLine } from "./visible.ts";

/** How many names are listed. */
const MOST = 10;

/** What still reads a mapped variable after the plan, besides policies; the empty text if nothing does. */
export function readsLeftText(left: readonly ReadLeft[], colours: Colours): string {
  if (left.length === 0) return "";
  const kinds = [...groupBy(left, ({ kind }) => kind)].map(([kind, of]) => counted(of.length, kind));
  const settings = [...new Set(left.flatMap((one) => one.settings))].toSorted().join(", ");
  return [
    oneLine(
      `${colours.bold("Left as they are:")} ${kinds.join(", ")} still ${left.length === 1 ? "reads" : "read"} ${settings}; once the plan is applied, \`rlsmith cleanup --sql\` takes them out${
        left.some(({ kind }) => kind === "column default")
          ? ', column defaults where the config has `columnDefaults: "rewrite"`'
          : ""
      }`,
    ),
    ...left.slice(0, MOST).map(({ kind, name }) => oneLine(`  ${kind} ${name}`)),
    ...(left.length > MOST ? [`  … and ${left.length - MOST} more (--format json has all)`] : []),
  ].join("\n");
}

/** How a plan has ended. */
export type PlanEnd =
  | { kind: "nothing-to-do"; plan: Plan; offers: readonly RuleOffer[] }
  | { kind: "dry-run" }
  | { kind: "not-passed" }
  /** `target`: the first of the config's targets */
  | { kind: "written"; target: string | null };

/** What has become of a plan, and the next command. */
export function planEndText(end: PlanEnd): string {
  switch (end.kind) {
    case "nothing-to-do":
      return [
        nothingToDo(end.plan),
        ...(end.offers.length === 0
          ? ["next   `rlsmith verify` attacks the database as its tenants would"]
          : end.offers.map((offer) => `next   ${offerText(offer)}`)),
      ].join("\n");
    case "dry-run":
      return "next   `rlsmith plan` without --dry-run writes these files";
    case "not-passed":
      return "the rehearsal did not pass, so no migration was written\nnext   mend what is marked ✗ above, or answer for it in the config, and run `rlsmith plan` again";
    case "written":
      return end.target === null
        ? "next   review the migration and run it with your migration tool; `rlsmith apply` needs a target in the config"
        : oneLine(
            `next   review the migration, then \`rlsmith apply --target ${end.target} --dry-run\`, or run it with your migration tool`,
          );
  }
}
