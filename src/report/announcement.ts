import type { Announcement } from "../pipeline/announce.ts";
import { messageMarkdown } from "./announce/index.ts";
import type { AnnouncementJson } from "./json-outputs.ts";

/** A message as JSON, with its text in Markdown. */
export const announcementJson = ({ message, ...rest }: Announcement): AnnouncementJson => ({
  format: "rlsmith-announcement",
  formatVersion: 1,
  ...rest,
  ...message,
  markdown: messageMarkdown(message),
});

/** What became of it; null: it was not to be sent. */
export function sentLine({ sent }: Announcement): string | null {
  if (sent === null) return null;
  const when = sent.at.slice(0, 16).replace("T", " ");
  return sent.isNew ? "sent" : `not sent again: it was sent at ${when} UTC${sent.by === null ? "" : ` by ${sent.by}`}`;
}
