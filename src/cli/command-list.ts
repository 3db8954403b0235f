import type { Command } from "commander";

type Define = (command: Command, done: (exit: number) => void) => void;

/** A command as `--help` lists it, and the module that defines it. */
interface Entry {
  name: string;
  description: string;
  load(): Promise<Define>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: "init",
    description: "infer which variable holds which claim, and write rlsmith.config.ts",
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  {
    name: "inspect",
    description: "show every policy with its pattern and idioms, and the findings",
    load: async () => (await import("./commands/inspect.ts")).inspectCommand,
  },
  {
    name: "plan",
    description: "plan the move to claims, rehearse it, and write the migration and its down migration",
    load: async () => (await import("./commands/plan.ts")).planCommand,
  },
  {
    name: "prove",
    description: "prove how a change of policies changes access, or that something is never allowed; needs no config",
    load: async () => (await import("./commands/prove.ts")).proveCommand,
  },
  {
    name: "rehearse",
    description:
      "run the plan's files up, down and up again on a scratch database, and compare access before and after",
    load: async () => (await import("./commands/rehearse.ts")).rehearseCommand,
  },
  {
    name: "verify",
    description: "attack the database as its tenants would, and list every way to rows of another tenant",
    load: async () => (await import("./commands/verify.ts")).verifyCommand,
  },
  {
    name: "claims",
    description:
      "check that the claims in auth.users agree with their source: the trigger, every member, the age of tokens",
    load: async () => (await import("./commands/claims.ts")).claimsCommand,
  },
  {
    name: "impact",
    description: "on a live database, before anything is changed: which users lose or gain rows by the plan",
    load: async () => (await import("./commands/impact.ts")).impactCommand,
  },
  {
    name: "approve",
    description: "record your approval of the plan; a plan that changes needs new approvals",
    load: async () => (await import("./commands/approve.ts")).approveCommand,
  },
  {
    name: "apply",
    description: "apply the plan to a target: short locks, a check before COMMIT and a journal; all of it or nothing",
    load: async () => (await import("./commands/apply.ts")).applyCommand,
  },
  {
    name: "rollback",
    description: "restore the policies and functions as they were before apply, from the target's journal",
    load: async () => (await import("./commands/rollback.ts")).rollbackCommand,
  },
  {
    name: "history",
    description: "show what was applied to a target and taken back, from its journal",
    load: async () => (await import("./commands/history.ts")).historyCommand,
  },
  {
    name: "watch",
    description: "after apply: take samples of a target, and say what has changed for its requests",
    load: async () => (await import("./commands/watch.ts")).watchCommand,
  },
  {
    name: "gate",
    description: "judge the samples of a target: passed, failed, or inconclusive with what is missing",
    load: async () => (await import("./commands/gate.ts")).gateCommand,
  },
  {
    name: "cleanup",
    description:
      "after the policies: take the session variables out of functions and defaults, application code, tests, or guards",
    load: async () => (await import("./commands/cleanup.ts")).cleanupCommand,
  },
  {
    name: "docs",
    description:
      "write the parts of documents that can be derived: who reaches which rows, roles and claims, what changed, onboarding",
    load: async () => (await import("./commands/docs.ts")).docsCommand,
  },
  {
    name: "status",
    description: "where the playbook stands: each step by its evidence, and the command that comes next",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  {
    name: "attest",
    description: "record what only people can say about a step of the playbook, or waive a step",
    load: async () => (await import("./commands/attest.ts")).attestCommand,
  },
  {
    name: "evidence",
    description: "check the project's evidence, or merge that of two branches",
    load: async () => (await import("./commands/evidence.ts")).evidenceCommand,
  },
  {
    name: "report",
    description: "write one HTML file about the move for those who decide: status, access, proof, breaches, traffic",
    load: async () => (await import("./commands/report.ts")).reportCommand,
  },
  {
    name: "metrics",
    description: "count what the move has changed: policies, functions, tests, code, documents, denials, times",
    load: async () => (await import("./commands/metrics.ts")).metricsCommand,
  },
  {
    name: "announce",
    description: "write what stakeholders are told before, during and after the move, from the evidence; send it once",
    load: async () => (await import("./commands/announce.ts")).announceCommand,
  },
  {
    name: "demo",
    description: "do the main job on the bundled casino project, in a temporary folder",
    load: async () => (await import("./commands/demo.ts")).demoCommand,
  },
];

/**
 * All commands. Only the modules of those that the command line names are loaded: `rlsmith --help` loads neither a parser
 * nor a database. `done` takes the exit code of the one that ran.
 */
export async function addCommands(
  program: Command,
  argv: readonly string[],
  done: (exit: number) => void,
): Promise<void> {
  for (const { name, description, load } of COMMANDS) {
    const command = program.command(name).description(description);
    if (argv.includes(name)) (await load())(command, done);
  }
}
