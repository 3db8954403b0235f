import { vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { CliResult } from "./cli.ts";

/**
 * Run the command line in this process, for one of its own takes seconds to start; not for what changes a process.
 * `columns`: stdout is a terminal of that width, without colours.
 */
export async function inThisProcess(
  args: readonly string[],
  { columns = null }: { columns?: number | null } = {},
): Promise<CliResult> {
  const restore = columns === null ? (): void => undefined : asTerminal(columns);
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
    restore();
  }
}

/** Let stdout be a terminal. Returns what undoes it. */
function asTerminal(columns: number): () => void {
  const { isTTY: wasTerminal, columns: before } = process.stdout;
  Object.assign(process.stdout, { isTTY: true, columns });
  vi.stubEnv("NO_COLOR", "1");
  return () => {
    Object.assign(process.stdout, { isTTY: wasTerminal, columns: before });
    vi.unstubAllEnvs();
  };
}
