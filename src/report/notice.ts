import type { Notice } from "../watch/index.ts";
import { causeText, figureText, lackText } from "./gate.ts";
import { singleLined } from "./single-lined.ts";

/** The body of a message for a webhook. */
export function noticeBody(given: Notice, form: "json" | "slack"): object {
  const notice = singleLined(given);
  const lines = linesOf(notice);
  const [head = ""] = lines;
  if (form === "json") {
    const { judgement, ...rest } = notice;
    const { criterion, state, n, k, wanted } = judgement;
    return {
      format: "rlsmith-notice",
      formatVersion: 1,
      ...rest,
      criterion,
      state,
      n,
      k,
      wanted,
      causes: judgement.causes.map((cause) => ({ ...cause, why: causeText(cause) })),
      lacks: judgement.lacks.map((lack) => ({ ...lack, why: lackText(lack) })),
      text: lines.join("\n"),
    };
  }
  return {
    // Slack reads marks in it, such as <!channel>, and none in plain_text
    text: head.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    blocks: [
      { type: "section", text: { type: "plain_text", text: lines.join("\n").slice(0, LONGEST) } },
      { type: "context", elements: [{ type: "plain_text", text: notice.id.slice(0, LONGEST) }] },
    ],
  };
}

/** Of a text in a block of Slack. */
const LONGEST = 3000;

const linesOf = ({ target, was, sample, judgement }: Notice): string[] => {
  const figure = figureText(judgement);
  return [
    `${target}: ${judgement.criterion} ${was === null ? "" : `${was} → `}${judgement.state} (sample ${sample})`,
    ...(figure === "" ? [] : [figure]),
    ...judgement.causes.map(causeText),
    ...judgement.lacks.map(lackText),
  ];
};
