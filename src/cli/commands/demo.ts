import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { runDemo } from "../../demo.ts";
import { renderDemo } from "../../report/demo-terminal.ts";
import { EXIT } from "../exit.ts";
import { coloursFor, printProse, progressLines, say } from "../terminal.ts";

// next to both src/ and dist/
const CASINO = fileURLToPath(new URL("../../../examples/casino", import.meta.url));

export function demoCommand(command: Command, done: (exit: number) => void): void {
  command.action(async () => {
    const projectDir = join(mkdtempSync(join(tmpdir(), "rlsmith-demo-")), "casino");
    cpSync(CASINO, projectDir, { recursive: true });
    say(`the casino project, copied to ${projectDir}`);
    const result = await runDemo(projectDir, progressLines());
    printProse(renderDemo(result, coloursFor(process.stdout)));
    done(result.rehearsal.passed ? EXIT.fine : EXIT.findings);
  });
}
