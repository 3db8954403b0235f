import { relative } from "node:path";
import type { Command } from "commander";
import { renderConfig } from "../../classify/index.ts";
import { claimChoices } from "../../pipeline/claim-choices.ts";
import { initFacts, inspectForInit } from "../../pipeline/init.ts";
import { measuringConfig, ruleOffers } from "../../pipeline/rule-offers.ts";
import { liveRoleQuestion } from "../../report/claim-choices.ts";
import { initNext, initText } from "../../report/init-terminal.ts";
import { ruleSetLines } from "../../report/rule-offers.ts";
import { visible } from "../../report/visible.ts";
import { writeAll } from "../../write-files.ts";
import { newConfig } from "../init-options.ts";
import { printJson } from "../json-output.ts";
import { projectOptions, sayReplay, sayWritten, withSource, type SourceFlags } from "../options.ts";
import { openAsking } from "../ask-variables.ts";
import { askLiveRole, askOpenQuestions, noAnswers } from "../questions.ts";
import { layoutOf, say } from "../terminal.ts";

export function initCommand(command: Command, _done: (exit: number) => void): void {
  withSource(command)
    .option("--yes", "ask nothing: write what is certain, and mark the rest as open")
    .option("--force", "overwrite an existing config")
    .action(async (project: string, flags: SourceFlags & { yes?: boolean; force?: boolean }) => {
      const options = await projectOptions(project, flags);
      const file = newConfig(options.projectDir, flags.force ?? false);
      const ask = Boolean(!flags.yes && process.stdin.isTTY && process.stdout.isTTY);
      // A config that is about to be replaced is no source of facts about the project.
      const { source, variables } = await openAsking(options, ask);
      try {
        const inspection = inspectForInit(source, options.projectDir);
        sayReplay(source);
        const offers = ruleOffers(source.catalog, inspection.classified, measuringConfig(inspection.inferred));
        const answers = ask ? await askOpenQuestions(inspection, offers) : noAnswers();
        const choices = await claimChoices(source, inspection, answers, options);
        const layout = layoutOf(process.stderr);
        const question = ask ? liveRoleQuestion(choices) : null;
        const liveRole = question === null ? null : await askLiveRole(question, choices, layout);
        const migrations = source.origin.kind === "migrations" ? source.origin.folder : null;
        const text = renderConfig(inspection.inferred, inspection.classified, {
          migrationsFolder: migrations ? relative(options.projectDir, migrations.folder) || "." : null,
          layout: migrations?.layout ?? null,
          variables,
          answers,
          ruleSets: ruleSetLines(offers, answers.rules, choices, liveRole),
        });
        writeAll([{ path: file, content: visible(text), replace: flags.force ?? false }], options.projectDir);
        const facts = initFacts(inspection, offers, answers, { rules: answers.rules, liveRole }, choices);
        const next = initNext(facts);
        const json = { format: "rlsmith-init", formatVersion: 1, file, ...facts, next } as const;
        if (flags.format === "json") return printJson(json);
        say(initText(facts, layout, question !== null));
        sayWritten([file]);
        say(`next   ${next}`);
      } finally {
        await source.close();
      }
    });
}
