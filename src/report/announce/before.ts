import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { counted } from "../counted.ts";
import { list, text, type Message } from "./message.ts";
import { isOver, stepItem, triedSentences, whatChanges } from "./words.ts";

/** Before anything is changed: what will change, what was tried, what is still wanted, and how it is taken back. */
export function beforeMessage(facts: AnnounceFacts): Message {
  const { project, plan, targets, status, approvers } = facts;
  const announced = new Set(plan?.plan.announced.map(({ policy, relation }) => policy ?? relation)).size;
  const first = targets.at(0);
  const wanted = Math.max(0, ...targets.map(({ requireApprovals }) => requireApprovals));
  const early = status.steps.filter(({ phase }) => phase.kind === "prerequisites" || phase.kind === "create");
  return {
    title: `${project}: row-level security moves to the claims of the token`,
    parts: [
      text(
        "We are going to change how the database of this project keeps tenants apart.",
        whatChanges(facts),
        "If all goes as planned, users notice nothing.",
      ),
      text(
        ...triedSentences(facts),
        announced > 0 &&
          `In ${counted(announced, "policy", "policies")} access changes on purpose, each with its reason in the plan.`,
      ),
      text(
        first === undefined
          ? "No database is named for it yet."
          : `It goes to ${targets.map(({ name, after }) => (after === null ? name : `${name}, at least ${after.hours} h after ${after.target}`)).join(", then to ")}.`,
        "Each table is locked for a moment, in short attempts that do not hold up others, and the change is all or nothing.",
        first !== undefined && `It is taken back with \`rlsmith rollback --target ${first.name}\`.`,
        wanted > 0 && `${approvers} of the ${counted(wanted, "approval")} that it takes are there.`,
      ),
      ...list("Still to do before it begins", early.filter((step) => !isOver(step)).map(stepItem)),
    ],
  };
}
