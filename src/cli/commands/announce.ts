import { resolve } from "node:path";
import { Argument, Option, type Command } from "commander";
import { MOMENTS, type Moment } from "../../evidence/index.ts";
import { announce } from "../../pipeline/announce.ts";
import { messageBody, messageMarkdown } from "../../report/announce/index.ts";
import { announcementJson, sentLine } from "../../report/announcement.ts";
import { EXIT } from "../exit.ts";
import { printJson } from "../json-output.ts";
import { printForProgram, say } from "../terminal.ts";

interface AnnounceFlags {
  target?: string;
  send?: boolean;
  config?: string;
  format: "markdown" | "slack" | "json";
}

export function announceCommand(command: Command, done: (exit: number) => void): void {
  command
    .addArgument(new Argument("<moment>", "what to tell").choices(MOMENTS))
    .argument("[project]", "the project's folder", ".")
    .option(
      "--target <name>",
      "of `during` and `escalation`: the target (default: the last one on which it has happened)",
    )
    .option("--send", "send it to the webhook of the target (`notify` in the config), unless it was sent before")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(
      new Option("--format <format>", "output format").choices(["markdown", "slack", "json"]).default("markdown"),
    )
    .action(async (moment: Moment, project: string, { format, ...flags }: AnnounceFlags) => {
      const made = await announce(resolve(project), { moment, ...flags });
      if (format === "json") printJson(announcementJson(made));
      else if (format === "slack")
        printForProgram(JSON.stringify(messageBody(made.message, "slack", made.id), null, 2));
      else printForProgram(messageMarkdown(made.message));
      const line = sentLine(made);
      if (line !== null) say(line);
      done(EXIT.fine);
    });
}
