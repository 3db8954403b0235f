import type { Command } from "commander";
import { inForce } from "../../apply/index.ts";
import { historyOf } from "../../pipeline/apply.ts";
import { historyJson, renderHistory } from "../../report/history.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { onTarget, withTarget, type TargetFlags } from "../target-options.ts";

export function historyCommand(command: Command, done: (exit: number) => void): void {
  withTarget(command).action(async (project: string, flags: TargetFlags) => {
    const on = await onTarget(project, flags);
    const entries = await historyOf(on);
    const idsInForce = new Set(inForce(entries).map(({ id }) => id));
    printResult(flags.format, historyJson(entries, idsInForce), (colours) =>
      renderHistory(entries, idsInForce, colours),
    );
    done(EXIT.fine);
  });
}
