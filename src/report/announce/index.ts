/** Messages to people about a move, filled from the evidence. */
import type { Moment } from "../../evidence/index.ts";
import type { AnnounceFacts } from "../../pipeline/announce-facts.ts";
import { afterMessage } from "./after.ts";
import { beforeMessage } from "./before.ts";
import { duringMessage } from "./during.ts";
import { escalationMessage } from "./escalation.ts";
import type { Message } from "./message.ts";
import { postMortemMessage } from "./post-mortem.ts";

export { messageBody, messageMarkdown, messageText, type Message, type MessagePart } from "./message.ts";

/** The message of a moment. `target`: of those that are about one, empty for the others. */
export function messageOf(moment: Moment, facts: AnnounceFacts, target: string): Message {
  switch (moment) {
    case "before":
      return beforeMessage(facts);
    case "during":
      return duringMessage(facts, target);
    case "after":
      return afterMessage(facts);
    case "post-mortem":
      return postMortemMessage(facts);
    case "escalation":
      return escalationMessage(facts, target);
  }
}
