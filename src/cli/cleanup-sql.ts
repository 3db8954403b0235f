import { cleanupFiles, isAgainst, planCleanup, type CleanupPlan } from "../pipeline/cleanup-sql.ts";
import { nextPart } from "../pipeline/cleanup-left.ts";
import { elsewhereOf, withDropTried } from "../pipeline/check-drop.ts";
import { planFact } from "../pipeline/facts.ts";
import { planHash } from "../plan/index.ts";
import { rehearseCleanup } from "../pipeline/rehearse-cleanup.ts";
import { configOf } from "../pipeline/ready.ts";
import { openSource } from "../pipeline/source.ts";
import { replacedCleanup, writeCleanup } from "../pipeline/write-cleanup.ts";
import { cleanupEnd, renderCallRehearsal, renderCleanupSql } from "../report/cleanup-sql.ts";
import { filesText } from "../report/plan-terminal.ts";
import { renderRehearsal } from "../report/rehearsal-terminal.ts";
import type { CleanupFlags } from "./cleanup-options.ts";
import { EXIT, exitOfCalls, exitOfRehearsal } from "./exit.ts";
import { recorded } from "./record.ts";
import { printJson } from "./json-output.ts";
import { projectOptions, sayReplay, sayWritten } from "./options.ts";
import { coloursFor, print } from "./terminal.ts";

/** Plan the clean-up of function bodies and defaults, rehearse it and write its migration. Returns the exit code. */
export async function cleanSql(project: string, flags: CleanupFlags): Promise<number> {
  const options = await projectOptions(project, flags);
  const now = new Date();
  const source = await openSource({ ...options, bindOwner: true });
  try {
    const config = configOf(source);
    const elsewhere = await elsewhereOf(source);
    const untried = planCleanup(source.catalog, config, { elsewhere });
    const made = await withDropTried(source, untried, config, options.progress);
    const planned = cleanupFiles(source, made, options.projectDir, flags.out ?? null, now);
    sayReplay(source);
    const isText = flags.format !== "json";
    const colours = coloursFor(process.stdout);
    if (isText) print(renderCleanupSql(made, colours));
    const hasSteps = made.plan.steps.length > 0;
    const rehearsed =
      hasSteps && flags.rehearse ? await rehearseCleanup(source, made, planned, config, options.progress) : null;
    if (isText && rehearsed)
      print(renderRehearsal(rehearsed.rehearsal, colours) + renderCallRehearsal(rehearsed.calls, colours));
    const passed = rehearsed === null || (rehearsed.rehearsal.passed && rehearsed.calls.passed);
    const { plan, migration, names } = planned;
    if (!isText)
      printJson({
        format: "rlsmith-cleanup-sql",
        formatVersion: 1,
        plan,
        cleanup: made.cleanup,
        callers: made.callers,
        dropCheck: made.check,
        files: names,
        migration,
        rehearsal: rehearsed?.rehearsal ?? null,
        calls: rehearsed?.calls ?? null,
      });
    else if (flags.dryRun && hasSteps) print(filesText(names, migration));
    const writes = hasSteps && !flags.dryRun && passed;
    const replaced = writes ? replacedCleanup(options.projectDir) : null;
    if (writes) sayWritten(writeCleanup(planned, options.projectDir, now));
    if (isText) {
      const target = Object.keys(config.targets)[0] ?? null;
      const next = hasSteps ? null : await nextPart("sql", source, options.projectDir);
      print(cleanupEnd(made, { writes, passed, replaced, target, next }));
    }
    const exit = exitOf(made, rehearsed);
    if (!writes && hasSteps) return exit;
    const fact = planFact(plan, null, rehearsed?.rehearsal ?? null);
    return await recorded(options.projectDir, exit, { fact, plan: writes ? planHash(plan) : null });
  } finally {
    await source.close();
  }
}

const exitOf = (made: CleanupPlan, rehearsed: Awaited<ReturnType<typeof rehearseCleanup>> | null): number =>
  rehearsed && !rehearsed.rehearsal.passed
    ? exitOfRehearsal(rehearsed.rehearsal)
    : rehearsed && !rehearsed.calls.passed
      ? exitOfCalls(rehearsed.calls)
      : exitOfCleanup(made);

/** 3 while a person has to look at something, or the setters stay; the files hold what is settled. */
const exitOfCleanup = ({ cleanup, callers, dropped, check }: CleanupPlan): number =>
  (check !== null && isAgainst(check)) ||
  cleanup.functions.some(({ kind }) => kind === "asked") ||
  cleanup.others.some(({ kind }) => kind !== "comment") ||
  (cleanup.setters.length > 0 && dropped.length === 0 && callers.named.length + callers.dynamic.length > 0)
    ? EXIT.notProven
    : EXIT.fine;
