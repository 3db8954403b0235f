#!/usr/bin/env node
import { run } from "./run.ts";

// The command line may hold the password of a URL; other users of the machine see a process by its title.
process.title = "rlsmith";

process.exitCode = await run(process.argv.slice(2));
