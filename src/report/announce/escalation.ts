import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { counted } from "../counted.ts";
import { list, text, type Message } from "./message.ts";
import { minute, newest } from "./words.ts";

/** The gate of a target has failed: what failed, since when the plan is in force, and how it is taken back. */
export function escalationMessage(facts: AnnounceFacts, target: string): Message {
  const judged = newest(facts, "gate", target);
  const applied = newest(facts, "apply", target);
  const of = (state: string): string[] =>
    judged?.fact.criteria
      .filter((one) => one.state === state && one.waivedBy === null)
      .map(({ criterion }) => criterion) ?? [];
  return {
    title: `${facts.project}: the gate of ${target} has failed, please decide now`,
    parts: [
      text(
        `Somebody has to decide now if the move to claims stays in force on ${target}.`,
        applied !== undefined &&
          `It is in force since ${minute(applied.at)}${applied.by === null ? "" : `, applied by ${applied.by}`}.`,
        judged !== undefined &&
          `The gate failed at ${minute(judged.at)}, after ${counted(judged.fact.samples.after, "sample")}.`,
      ),
      ...list(
        "Failed",
        of("failed").map((criterion) => WORDS[criterion] ?? criterion),
      ),
      ...list("Not known", [...of("not enough yet"), ...of("cannot be told")]),
      text(`To take it back, all or nothing, from the journal of ${target}:`),
      { kind: "command", text: `rlsmith rollback --target ${target}` },
      text("To see what was found, with names and counts:"),
      { kind: "command", text: `rlsmith gate --target ${target}` },
    ],
  };
}

const WORDS: Readonly<Record<string, string>> = {
  time: "time: it was not watched without a gap",
  denials: "denials: requests are refused that were not refused before",
  filtering: "filtering: statements have lost their rows",
  claims: "claims: requests or users are without their claims",
  isolation: "isolation: rows of another tenant are reached",
  speed: "speed: statements take much longer",
  objects: "objects: policies or functions are not as the plan left them",
  coverage: "coverage: parts of the plan were not used",
};
