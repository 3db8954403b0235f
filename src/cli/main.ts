#!/usr/bin/env node
import { run } from "./run.ts";

// The command line may hold a URL with a password, and other users of the machine can read a process's title.
process.title = "rlsmith";

process.exitCode = await run(process.argv.slice(2));
