import { ToolError } from "../errors.ts";
import { escalate } from "../pipeline/announce.ts";
import { say } from "./terminal.ts";

/** Tell people at once that a gate has failed, where the target has a webhook. That it could not be sent changes no exit code. */
export async function escalated(projectDir: string, target: string, config: string | undefined): Promise<void> {
  try {
    const made = await escalate(projectDir, target, config);
    if (made?.sent?.isNew) say(`the escalation was sent to the webhook of ${target}`);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(`the escalation was not sent: ${error.summary}`);
    say(`hint  rlsmith announce escalation --target ${target} prints it`);
  }
}
