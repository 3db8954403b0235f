import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { list, text, type Message } from "./message.ts";
import { isOver, minute, newest, stepItem, whatChanges } from "./words.ts";

/** The plan is in force everywhere: since when, what is left, and what that means for those who write code. */
export function afterMessage(facts: AnnounceFacts): Message {
  const { project, targets, status, plan } = facts;
  const left = status.steps.filter((step) => !isOver(step));
  const names = plan?.plan.retired.map((name) => `\`${name}\``).join(", ") ?? "";
  return {
    title:
      left.length === 0
        ? `${project}: the move to claims is complete`
        : `${project}: the move to claims is in force, and ${left.length === 1 ? "one step is" : `${left.length} steps are`} left`,
    parts: [
      text(
        "The database keeps tenants apart by the claims of the signed token alone.",
        whatChanges(facts),
        "Thank you to everybody who has reviewed, tried and watched it.",
      ),
      ...list(
        "In force",
        targets.flatMap(({ name }) => {
          const applied = newest(facts, "apply", name);
          const judged = newest(facts, "gate", name);
          if (applied === undefined) return [];
          return [
            `${name} since ${minute(applied.at)}${judged === undefined ? ", not judged yet" : `, gate ${judged.fact.outcome} at ${minute(judged.at)}`}`,
          ];
        }),
      ),
      ...list("For those who write code", [
        `Do not set ${names === "" ? "the session variables" : names} any more: no policy reads them.`,
        "A new policy reads the claims, in the form that the existing ones have.",
        "A change of a user's tenant or role counts from the user's next token on.",
      ]),
      ...list("Left to do", left.map(stepItem)),
    ],
  };
}
