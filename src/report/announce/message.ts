import { singleLined } from "../single-lined.ts";
import { codeSpan, markdownText } from "../visible.ts";

/** A message to people: a title, and parts in order. */
export interface Message {
  title: string;
  parts: MessagePart[];
}

export type MessagePart =
  /** one paragraph */
  | { kind: "text"; text: string }
  | { kind: "list"; heading: string; items: string[] }
  /** what people have to write themselves */
  | { kind: "open"; heading: string; question: string }
  /** a command to copy */
  | { kind: "command"; text: string };

export const text = (...sentences: (string | false)[]): MessagePart => ({
  kind: "text",
  text: sentences.filter((one) => one !== false).join(" "),
});

/** A list, or nothing where it would be empty. */
export const list = (heading: string, items: readonly string[]): MessagePart[] =>
  items.length === 0 ? [] : [{ kind: "list", heading, items: [...items] }];

/** For an issue, a wiki, a mail. */
export function messageMarkdown(given: Message): string {
  const { title, parts } = singleLined(given);
  const lines = [`# ${markdownText(title)}`, ""];
  for (const part of parts)
    switch (part.kind) {
      case "text":
        lines.push(markdownText(part.text), "");
        break;
      case "list":
        lines.push(`## ${markdownText(part.heading)}`, "", ...part.items.map((one) => `- ${markdownText(one)}`), "");
        break;
      case "open":
        lines.push(`## ${markdownText(part.heading)}`, "", `_${markdownText(part.question)}_`, "");
        break;
      case "command":
        lines.push(codeSpan(part.text), "");
        break;
    }
  return `${lines.join("\n").trimEnd()}\n`;
}

/** As plain text. */
export function messageText(given: Message): string {
  const { title, parts } = singleLined(given);
  return [title, ...parts.map(partText)].join("\n\n");
}

function partText(part: MessagePart): string {
  switch (part.kind) {
    case "text":
    case "command":
      return part.text;
    case "list":
      return [part.heading, ...part.items.map((one) => `• ${one}`)].join("\n");
    case "open":
      return [part.heading, part.question].join("\n");
  }
}

/** The body for a webhook. `id`: the same for the same message, so that a receiver can drop a second one. */
export function messageBody(given: Message, form: "json" | "slack", id: string): object {
  const message = singleLined(given);
  if (form === "json")
    return { format: "rlsmith-message", formatVersion: 1, id, ...message, text: messageText(message) };
  return {
    // Slack reads marks in it, such as <!channel>, and none in plain_text
    text: message.title.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(message.title, 150) } },
      ...message.parts
        .slice(0, MOST_BLOCKS)
        .map((part) => ({ type: "section", text: { type: "plain_text", text: cut(partText(part), 3000) } })),
      { type: "context", elements: [{ type: "plain_text", text: cut(id, 3000) }] },
    ],
  };
}

/** Slack takes 50 blocks in a message, texts of 3,000 characters in them, and headers of 150 (Slack's reference of blocks). */
const MOST_BLOCKS = 48;

const cut = (given: string, most: number): string => (given.length <= most ? given : `${given.slice(0, most - 1)}…`);
