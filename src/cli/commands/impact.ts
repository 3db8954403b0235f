import type { Command } from "commander";
import { impactFact } from "../../pipeline/facts.ts";
import { impactOnServer } from "../../pipeline/impact.ts";
import { readPlan } from "../../plan/index.ts";
import { impactJson, renderImpact } from "../../report/impact.ts";
import { EXIT } from "../exit.ts";
import { impactInput, withImpact, type ImpactFlags } from "../impact-options.ts";
import { recorded } from "../record.ts";
import { printResult } from "../json-output.ts";
import { progressLines } from "../terminal.ts";

export function impactCommand(command: Command, done: (exit: number) => void): void {
  withImpact(command).action(async (project: string, flags: ImpactFlags) => {
    const { projectDir, url, target, config, tokens } = await impactInput(project, flags);
    const { plan, hash } = readPlan(projectDir, flags.plan);
    const impact = await impactOnServer(url, plan, {
      config,
      tokens,
      statementTimeout: flags.statementTimeout * 1000,
      sampleAbove: flags.sampleAbove,
      progress: progressLines(),
    });
    printResult(flags.format, impactJson(impact), (colours) => renderImpact(impact, colours));
    const exit = EXITS[impact.outcome];
    if (target === null) return done(exit);
    done(await recorded(projectDir, exit, { fact: impactFact(impact), plan: hash, target }));
  });
}

const EXITS = {
  "nobody changes": EXIT.fine,
  "somebody changes": EXIT.findings,
  "cannot be told": EXIT.notProven,
} as const;
