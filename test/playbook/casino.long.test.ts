import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import type { Line } from "../../src/evidence/index.ts";
import { sealed } from "../../src/evidence/line.ts";
import { planHash } from "../../src/plan/plan-hash.ts";
import type { Plan } from "../../src/plan/index.ts";
import { committed, git } from "../cleanup/tests/project.ts";
import { decide } from "../support/casino-decisions.ts";
import { JITI, MAIN, runProgram, type CliResult } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The whole playbook on the casino, with two servers as staging and production: from nothing to the end, each command as
// a process, and then faults at each step. The gates watch for no time, and a person waives what only traffic can show.

const ROOT = resolve(import.meta.dirname, "../..");
const MINUTES = 60_000;
const TARGETS = ["staging", "production"] as const;

const RPCS = [
  "rpc_close_rating_slip(uuid,uuid,text,uuid,bigint,text)",
  "rpc_create_player(uuid,uuid,text,text,text,date)",
  "rpc_end_visit(uuid,uuid,text,uuid)",
  "rpc_pause_rating_slip(uuid,uuid,text,uuid)",
  "rpc_request_table_credit(uuid,uuid,text,uuid,text,jsonb,bigint)",
  "rpc_request_table_fill(uuid,uuid,text,uuid,text,jsonb,bigint)",
  "rpc_rotate_dealer(uuid,uuid,uuid,uuid)",
  "rpc_snapshot_table_inventory(uuid,uuid,text,uuid,text,jsonb,bigint)",
  "rpc_start_rating_slip(uuid,uuid,text,uuid,uuid,smallint,bigint,text)",
  "rpc_start_visit(uuid,uuid,text,uuid,public.visit_kind)",
];

/** What is open and stays so until the clean-up, or is known. */
const EXPECTED = [
  ...RPCS.map((name) => ({ object: `public.${name}`, reason: "sets the variables until the clean-up takes that out" })),
  ...["floor_layout_activation", "table_drop_event"].map((name) => ({
    object: `public.${name}`,
    reason: "reads the claim at the top level of the token too, which only our own issuer writes",
  })),
];

const WAIVED = Object.fromEntries(
  ["denials", "filtering", "claims", "isolation", "speed", "coverage"].map((criterion) => [
    criterion,
    { by: "Security lead", reason: "no traffic and no log here" },
  ]),
);

let dir: string;
const servers: Partial<Record<(typeof TARGETS)[number], TestServer>> = {};
const ran: Record<string, CliResult> = {};

const urlOf = (target: (typeof TARGETS)[number]): string =>
  servers[target]?.url.replace(/\/postgres$/, "/casino") ?? "";

const run = async (...args: string[]): Promise<CliResult> => {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NO_COLOR: "1", STAGING_URL: urlOf("staging"), PRODUCTION_URL: urlOf("production") };
  return runProgram(process.execPath, [JITI, MAIN, ...args], { cwd: dir, env });
};

/** Run rlsmith in the project, and commit what it writes. */
async function step(name: string, ...args: string[]): Promise<CliResult> {
  const result = await run(...args);
  ran[name] = result;
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "--allow-empty", "-m", name);
  return result;
}

const said = async (name: string, ...more: string[]): Promise<CliResult> =>
  step(`attest ${name}`, "attest", name, "--as", "EM", "--note", "said in the meeting", ...more);

interface Shown {
  id: string;
  state: { kind: string; because?: string };
  command: string;
}

/** `next`: the command. */
async function status(...flags: string[]): Promise<{ code: number | null; steps: Shown[]; next: string | null }> {
  const { code, stdout } = await run("status", "--format", "json", ...flags);
  const { steps, next } = JSON.parse(stdout) as { steps: Shown[]; next: string | null };
  return { code, steps, next: steps.find(({ id }) => id === next)?.command ?? null };
}

async function inTarget(target: (typeof TARGETS)[number], sql: string): Promise<void> {
  const db = await openServer(urlOf(target));
  try {
    await db.exec(sql);
  } finally {
    await db.close();
  }
}

async function makeTarget(target: (typeof TARGETS)[number]): Promise<void> {
  const server = await startServer(15);
  servers[target] = server;
  const admin = await openServer(server.url);
  await admin.exec("create database casino");
  await admin.close();
  const migrations = git(dir, "ls-files", "supabase/migrations").trim().split("\n").toSorted();
  for (const file of ["test/support/platform.sql", ...migrations, "supabase/seed.sql"])
    await inTarget(target, readFileSync(join(dir, file), "utf8"));
}

/** The config with gates that do not wait, and with what is expected to be open. */
function configure(): void {
  const path = join(dir, "rlsmith.config.ts");
  const gate = JSON.stringify({ hours: 0, waived: WAIVED });
  const targets = `targets: {
    staging: { url: { env: "STAGING_URL" }, gate: ${gate} },
    production: {
      url: { env: "PRODUCTION_URL" }, gate: ${gate}, after: { target: "staging", hours: 0 }, requireApprovals: 2,
    },
  },
});
`;
  const text = readFileSync(path, "utf8");
  const start = text.indexOf("  targets: {");
  if (start < 0) throw new Error("the config names no targets");
  writeFileSync(
    path,
    `${text.slice(0, start)}  verify: { expected: ${JSON.stringify(EXPECTED)} },
  ${targets}`,
  );
}

beforeAll(async () => {
  dir = join(mkdtempSync(join(tmpdir(), "rlsmith-playbook-")), "casino");
  cpSync(join(ROOT, "examples/casino"), dir, { recursive: true, filter: (path) => !path.includes("node_modules") });
  writeFileSync(join(dir, ".gitignore"), "node_modules\n");
  committed(dir);
  git(dir, "config", "user.name", "Ada");
  git(dir, "config", "user.email", "ada@example.org");
  for (const target of TARGETS) await makeTarget(target);
  configure();
  git(dir, "commit", "-qam", "config");
}, 10 * MINUTES);
afterAll(async () => {
  for (const server of Object.values(servers)) await server.stop();
  rmSync(resolve(dir, ".."), { recursive: true, force: true });
});

describe("from nothing to the end", () => {
  test(
    "prerequisites: what keeps the claims in step is mended first",
    async () => {
      expect(await status()).toMatchObject({ code: 0, next: "rlsmith claims" });
      for (const name of ["existing-tests", "stakeholders", "capacity"]) await said(name);
      // a member of staff who is deleted keeps his claims: a finding, and a migration that mends it
      expect((await step("claims", "claims", "--fix")).code).toBe(1);
      const [written = ""] = git(dir, "show", "--name-only", "--format=", "--", "supabase/migrations")
        .trim()
        .split("\n");
      for (const target of TARGETS) await inTarget(target, readFileSync(join(dir, written), "utf8"));
      await step("claims again", "claims", "--target", "production");
      expect((await status("--check", "claims-sync")).code).toBe(0);
      expect((await status("--check", "claims-filled")).code).toBe(0);
    },
    10 * MINUTES,
  );

  test(
    "create: plan, proof, rehearsal, attack, tests",
    async () => {
      const planned = await step("plan", "plan");
      expect(planned.code, planned.stderr).toBe(0);
      const attacked = await step("verify", "verify");
      expect(attacked.code, attacked.stdout.slice(-600)).toBe(0);
      await step("emit", "verify", "--emit", "pgtap");
      await said("types");
      const { steps } = await status();
      const states = Object.fromEntries(steps.map(({ id, state }) => [id, state.kind]));
      expect(states).toMatchObject({
        plan: "done",
        proof: "done",
        rehearsal: "done",
        "local-run": "done",
        tests: "done",
      });
    },
    30 * MINUTES,
  );

  test.each(TARGETS)(
    "%s: impact, apply, watch, gate",
    async (target) => {
      // errors of today go: users gain rows of their own tenant, which a person looks at
      expect((await step(`impact ${target}`, "impact", "--target", target)).code).toBe(1);
      await said(`impact:${target}`, "--waive");
      if (target === "production") {
        for (const [name, mail] of [
          ["Ada", "ada@example.org"],
          ["Grace", "grace@example.org"],
        ] as const) {
          git(dir, "config", "user.name", name);
          git(dir, "config", "user.email", mail);
          await step(`approve ${name}`, "approve", "--as", "DBA");
        }
      }
      const applied = await step(`apply ${target}`, "apply", "--target", target);
      expect(applied.code, applied.stderr).toBe(0);
      // the time between two samples is watched
      for (const place of ["first", "second"])
        await step(`watch ${target}, ${place}`, "watch", "--target", target, "--once");
      const gate = await step(`gate ${target}`, "gate", "--target", target);
      expect(gate.code, gate.stdout).toBe(0);
      expect((await status("--live", "--check", `gate:${target}`)).code).toBe(0);
    },
    20 * MINUTES,
  );

  test(
    "clean-up and afterwards: the playbook is complete, by evidence",
    async () => {
      decide(dir);
      git(dir, "commit", "-qam", "decisions");
      await step("code", "cleanup", "--code", "--write");
      await step("sql", "cleanup", "--sql", "--no-rehearse");
      await step("guards", "cleanup", "--guards", "--write");
      await step("tests", "cleanup", "--tests", "--write", "--mutants", "1");
      for (const part of ["code", "guards", "tests"]) await step(`${part} again`, "cleanup", `--${part}`, "--write");
      for (const target of TARGETS) {
        if (target === "production")
          for (const name of ["Ada", "Grace"]) {
            git(dir, "config", "user.name", name);
            git(dir, "config", "user.email", `${name.toLowerCase()}@example.org`);
            await step(`approve clean-up ${name}`, "approve", "--as", "DBA", "--plan", ".rlsmith/cleanup.json");
          }
        const applied = await step(
          `clean-up ${target}`,
          "apply",
          "--target",
          target,
          "--plan",
          ".rlsmith/cleanup.json",
        );
        expect(applied.code, applied.stderr).toBe(0);
      }
      for (const name of ["documents", "training", "post-mortem"]) await said(name);
      const { steps, next } = await status("--live");
      expect(steps.filter(({ state }) => state.kind !== "done").map(({ id, state }) => [id, state])).toEqual(
        TARGETS.map((target) => [`impact:${target}`, { kind: "waived" }]),
      );
      expect(next).toBeNull();
      expect((await run("evidence", "verify")).code).toBe(0);
    },
    40 * MINUTES,
  );
});

const EVIDENCE = ".rlsmith/evidence.jsonl";
const read = (): Line[] =>
  readFileSync(join(dir, EVIDENCE), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
const write = (lines: readonly Line[]): void =>
  writeFileSync(join(dir, EVIDENCE), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);

/** The lines as a chain of their own: what the commands would have written in another course of events. */
const chained = (lines: readonly Line[]): Line[] =>
  lines.reduce<Line[]>((chain, { hash: _, ...line }) => {
    const last = chain.at(-1);
    return [...chain, sealed({ ...line, previous: last ? [last.hash] : [] })];
  }, []);

/** Put the project as it was at the end, whatever a fault has changed. */
const mend = (): void => void git(dir, "checkout", "-q", "--force", "HEAD", "--", ".");

describe("a fault at each step", () => {
  test("whose lines are gone, or failed: it is not done, and the next command is the one that settles it", async () => {
    const lines = read();
    const { steps } = await status();
    const wrong: string[] = [];
    let tried = 0;
    const found = async (id: string, command: string, changed: readonly Line[], states: string[]): Promise<void> => {
      tried += 1;
      write(chained(changed));
      const now = await status();
      mend();
      const kind = now.steps.find((one) => one.id === id)?.state.kind ?? "";
      if (!states.includes(kind) || now.next !== command) wrong.push(`${id}: ${kind}, next ${now.next}`);
    };
    for (const { id, command } of steps) {
      const own = placesOf(lines, id);
      if (own.length === 0) continue;
      const next = EARLIER[id.split(":")[0] ?? ""] ?? command;
      const without = lines.filter((_, at) => !own.includes(at));
      // without the gate's judgement nobody knows that it was watched for long enough
      await found(id, next.replace(" gate ", " watch "), without, ["next", "blocked", "failed"]);
      // what people say, and what `claims` finds, does not end in one way or another
      if (!SETTLED_BY_ENDING.has(id.split(":")[0] ?? "")) continue;
      const failed = lines.map((line, at): Line => (at === own.at(-1) ? { ...line, ending: "failed" } : line));
      await found(id, next, failed, ["failed"]);
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(20);
  }, 600_000);

  test(
    "a line that was edited, removed or put elsewhere, and a clock an hour off",
    async () => {
      const lines = read();
      const faults = async (changed: readonly Line[]): Promise<[number | null, string[]]> => {
        write(changed);
        const { code, stdout } = await run("evidence", "verify", "--format", "json");
        mend();
        const found = JSON.parse(stdout) as { faults: { kind: string }[] };
        return [code, found.faults.map(({ kind }) => kind)];
      };
      const [first, second, third, ...rest] = lines;
      if (!first || !second || !third) throw new Error("there are no three lines");
      const hour = 3_600_000;
      const late = { ...third, at: new Date(Date.parse(third.at) - hour).toISOString() };
      expect(await faults([first, { ...second, by: "Eve <eve@example.org>" }, third, ...rest])).toEqual([
        1,
        ["edited"],
      ]);
      expect(await faults([first, third, ...rest])).toEqual([1, ["removed"]]);
      expect((await faults([first, third, second, ...rest]))[1]).toContain("reordered");
      expect((await faults(chained([first, second, late, ...rest])))[1]).toContain("clock");
    },
    5 * MINUTES,
  );

  test(
    "a plan of another hash, and a target that drifted",
    async () => {
      const path = join(dir, ".rlsmith/plan.json");
      // the same plan by another rlsmith, as `plan` would write it
      const stored = JSON.parse(readFileSync(path, "utf8")) as { plan: Plan };
      const plan = { ...stored.plan, rlsmith: "0.0.9" };
      writeFileSync(path, JSON.stringify({ ...stored, plan, hash: planHash(plan) }));
      const other = await status();
      mend();
      expect(other.steps.find(({ id }) => id === "proof")?.state).toMatchObject({ because: "another plan" });

      await inTarget("production", "alter policy visit_select on public.visit using (true)").catch(async () =>
        inTarget(
          "production",
          `do $$ declare p record; begin
           select polname as name into p from pg_policy where polrelid = 'public.visit'::regclass and polcmd = 'r' limit 1;
           execute format('alter policy %I on public.visit using (true)', p.name);
         end $$`,
        ),
      );
      const drifted = await status("--live");
      expect(drifted.code).toBe(1);
      expect(drifted.steps.find(({ id }) => id === "apply:production")?.state).toMatchObject({
        kind: "stale",
        because: "the target has changed",
      });
      expect(drifted.next).toBe("rlsmith apply --target production");
    },
    5 * MINUTES,
  );
});

const SETTLED_BY_ENDING: ReadonlySet<string> = new Set(["proof", "local-run", "tests", "apply", "gate"]);

/** Steps whose lines settle an earlier one as well, which then comes first. */
const EARLIER: Readonly<Record<string, string>> = {
  "claims-filled": "rlsmith claims",
  proof: "rlsmith plan",
  rehearsal: "rlsmith plan",
};

/** The places of the lines that settle a step. */
function placesOf(lines: readonly Line[], id: string): number[] {
  const [name = "", target = null] = id.split(":");
  const settles = ({ fact, subject }: Line): boolean => {
    if (fact.kind === "attestation") return fact.step === id;
    if (fact.kind === "claims") return name.startsWith("claims-");
    if (fact.kind === "plan" && fact.purpose === "clean-up") return name === "clean-up-sql";
    if (fact.kind === "plan") return ["plan", "proof", "rehearsal"].includes(name);
    if (fact.kind === "verify") return name === (fact.emitted === null ? "local-run" : "tests");
    if (fact.kind === "cleanup") return name === `clean-up-${fact.part}`;
    if (fact.kind === "apply" && fact.purpose === "clean-up")
      return name === "clean-up-applied" && subject.target === "production";
    return fact.kind === name && subject.target === target;
  };
  return lines.flatMap((line, at) => (settles(line) ? [at] : []));
}
