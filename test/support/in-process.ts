import { vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { CliResult } from "./cli.ts";

/** Run the command line in this process, for one of its own takes seconds to start; not for what changes a process. */
export async function inThisProcess(args: readonly string[]): Promise<CliResult> {
  const result = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      result[name] += String(text);
      return true;
    }),
  );
  try {
    return { code: await run(args), ...result };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
