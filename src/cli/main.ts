#!/usr/bin/env node
import { endProcess } from "../db/ending.ts";
import { EXIT } from "./exit.ts";
import { run } from "./run.ts";

// The command line may hold a URL with a password, and other users of the machine can read a process's title.
process.title = "rlsmith";

// The reader of a pipe may close it early (`rlsmith … | head`): the process then ends as other programs do, quietly, and
// leaves nothing on a server.
process.stdout.on("error", onPipeError);
process.stderr.on("error", onPipeError);

function onPipeError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  endProcess(EXIT.closedPipe);
}

process.exitCode = await run(process.argv.slice(2));
