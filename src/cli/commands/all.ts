import type { Command } from "commander";
import { applyCommand } from "./apply.ts";
import { approveCommand } from "./approve.ts";
import { claimsCommand } from "./claims.ts";
import { demoCommand } from "./demo.ts";
import { historyCommand } from "./history.ts";
import { initCommand } from "./init.ts";
import { inspectCommand } from "./inspect.ts";
import { planCommand } from "./plan.ts";
import { proveCommand } from "./prove.ts";
import { rehearseCommand } from "./rehearse.ts";
import { rollbackCommand } from "./rollback.ts";
import { verifyCommand } from "./verify.ts";

/** All commands. `done` takes the exit code of the one that ran. */
export function addCommands(program: Command, done: (exit: number) => void): void {
  for (const add of [
    initCommand,
    inspectCommand,
    planCommand,
    proveCommand,
    rehearseCommand,
    verifyCommand,
    claimsCommand,
    approveCommand,
    applyCommand,
    rollbackCommand,
    historyCommand,
    demoCommand,
  ])
    add(program, done);
}
