import type { Line } from "../../evidence/index.ts";
import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { counted } from "../counted.ts";
import { list, text, type Message } from "./message.ts";
import { isOver, minute, stepItem, triedSentences, whatChanges } from "./words.ts";

/** What happened, by the evidence, with the questions that only people can answer. */
export function postMortemMessage(facts: AnnounceFacts): Message {
  const { project, lines, plan, status } = facts;
  const own = lines.filter(({ subject }) => subject.plan === null || subject.plan === plan?.hash);
  const earlier = new Set(
    lines.flatMap(({ subject }) => (subject.plan === null || subject.plan === plan?.hash ? [] : [subject.plan])),
  );
  const wrong = own.filter(({ ending, fact }) => ending === "failed" || fact.kind === "rollback");
  const said = own.filter(({ fact }) => fact.kind === "attestation");
  const [first, last] = [lines.at(0), lines.at(-1)];
  return {
    title: `${project}: what we learn from the move to claims`,
    parts: [
      text(
        whatChanges(facts),
        first !== undefined &&
          last !== undefined &&
          `It took from ${minute(first.at)} to ${minute(last.at)}, by ${counted(lines.length, "line")} of evidence.`,
        earlier.size > 0 && `${counted(earlier.size, "earlier plan")} was made and not used to the end.`,
      ),
      text(...triedSentences(facts)),
      ...list("What happened", own.filter(isMilestone).map(lineItem)),
      ...(wrong.length === 0
        ? [text("No command has found a fault, and nothing was taken back, as far as the evidence says.")]
        : list("What went wrong", wrong.map(lineItem))),
      ...list("What people have said", said.map(lineItem)),
      ...list("Left to do", status.steps.filter((step) => !isOver(step)).map(stepItem)),
      { kind: "open", heading: "What went well", question: "To be written by those who were there." },
      { kind: "open", heading: "What surprised us", question: "To be written by those who were there." },
      {
        kind: "open",
        heading: "What we do otherwise next time, and who does it",
        question: "To be written by those who were there.",
      },
    ],
  };
}

const isMilestone = ({ fact }: Line): boolean =>
  ["plan", "approval", "apply", "rollback", "gate", "cleanup"].includes(fact.kind);

function lineItem({ at, by, fact, ending, subject }: Line): string {
  const where = subject.target === null ? "" : ` on ${subject.target}`;
  return `${minute(at)}: ${factWords(fact)}${where}${ending === "passed" ? "" : `, ${ending}`}${by === null ? "" : ` (${by})`}`;
}

function factWords(fact: Line["fact"]): string {
  switch (fact.kind) {
    case "plan":
      return fact.purpose === "policies" ? "the migration was planned" : "the clean-up was planned";
    case "rehearsal":
      return `it was rehearsed, ${counted(fact.unannounced, "difference")} without a reason`;
    case "verify":
      return `it was attacked, ${counted(fact.breaches, "breach", "breaches")}`;
    case "claims":
      return "the claims of users were checked";
    case "impact":
      return `the rows of ${counted(fact.users, "user")} were compared, on ${counted(fact.changed, "table")} they change`;
    case "approval":
      return `approved as ${fact.as}`;
    case "apply":
      return `${fact.purpose === "policies" ? "the plan" : "the clean-up"}: ${fact.outcome}${fact.code === null ? "" : ` (${fact.code})`}`;
    case "rollback":
      return `rollback: ${fact.outcome}`;
    case "gate":
      return `gate ${fact.outcome}`;
    case "cleanup":
      return `clean-up of ${fact.part}: ${counted(fact.files, "file")}, ${fact.left} left to decide`;
    case "attestation":
      return `${fact.step}${fact.waived ? " waived" : ""}, as ${fact.as}: ${fact.note}`;
    case "announcement":
      return `${fact.moment} was announced`;
    case "merge":
      return "two branches of the evidence were joined";
    default:
      return (fact as { kind: string }).kind;
  }
}
