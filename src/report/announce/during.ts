import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { counted } from "../counted.ts";
import { list, text, type Message, type MessagePart } from "./message.ts";
import { minute, newest, whatChanges } from "./words.ts";

/** The plan is in force on a target: since when, what was seen there, and what comes next. */
export function duringMessage(facts: AnnounceFacts, target: string): Message {
  const { project, targets } = facts;
  const applied = newest(facts, "apply", target);
  const next = targets.find(({ after }) => after?.target === target);
  return {
    title: `${project}: the move to claims is in force on ${target}`,
    parts: [
      text(
        applied
          ? `Since ${minute(applied.at)} the new policies are in force on ${target}${applied.by === null ? "" : `; ${applied.by} has applied them`}. ${counted(applied.fact.relations, "table")} changed in one go.`
          : `The new policies are in force on ${target}.`,
        whatChanges(facts),
      ),
      ...seen(facts, target),
      text(
        "If you see an error that mentions row-level security, rows that are missing, or rows that should not be there, tell us at once, with the time.",
        next !== undefined && `${next.name} follows, at the earliest ${next.after?.hours ?? 0} h after ${target}.`,
        `It can be taken back at any time: \`rlsmith rollback --target ${target}\`.`,
      ),
    ],
  };
}

function seen(facts: AnnounceFacts, target: string): MessagePart[] {
  const judged = newest(facts, "gate", target);
  if (judged === undefined)
    return [text(`${target} is being watched. Nothing is judged yet, so this is no all-clear.`)];
  const { outcome, criteria, samples } = judged.fact;
  const named = (state: string): string[] =>
    criteria.filter((one) => one.state === state).map(({ criterion }) => criterion);
  const open = [...named("not enough yet"), ...named("cannot be told")];
  return [
    text(
      outcome === "passed"
        ? `What was watched until ${minute(judged.at)} is as it should be (${counted(samples.after, "sample")}): the gate has passed.`
        : outcome === "failed"
          ? `The gate has failed at ${minute(judged.at)}: ${named("failed").join(", ")}.`
          : `Until ${minute(judged.at)} nothing was seen that is wrong, and too little to say that nothing is (${counted(samples.after, "sample")}).`,
    ),
    ...(outcome === "inconclusive" ? list("Not known yet", open) : []),
  ];
}
