import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMajors } from "../../faults/majors.ts";
import { JITI, MAIN, rlsmith } from "../../support/cli.ts";
import { startWatching, type Watched, type Watching } from "../situation.ts";

// Self-hosted Supabase: the container of supabase/postgres writes to standard error, with this prefix (postgresql.conf.j2
// of its repository), and with every statement. `tail` stands for `docker logs --follow`: it writes the same lines.
const IMAGE = {
  logging_collector: "off",
  log_destination: "stderr",
  log_line_prefix: "%h %m [%p] %q%u@%d ",
  log_statement: "all",
  log_timezone: "UTC",
};

describe.each(findMajors().filter(({ major }) => major === 15 || major === 18))("$title", ({ bin, missing }) => {
  describe.skipIf(missing !== null)("the log of a container by standard input", () => {
    let watching: Watching;
    beforeAll(async () => {
      watching = await startWatching(bin ?? "", IMAGE);
    });
    afterAll(async () => watching?.stop());

    async function settled(name: string): Promise<Watched> {
      const one = await watching.database(name, { file: "/nowhere/postgresql.log" });
      await one.load();
      await one.sample();
      await one.apply();
      await one.load();
      return one;
    }

    /** The watch with `tail` before it, and what it has printed when it ends; `meanwhile`: after its first sample. */
    async function watch(one: Watched, meanwhile: () => Promise<unknown>): Promise<{ code: number; stdout: string }> {
      const tail = spawn("tail", ["-n", "0", "-F", watching.cluster.output], { stdio: ["ignore", "pipe", "ignore"] });
      const args = ["watch", one.on.projectDir, "--log", "-", "--every", "4", "--for", "0.004"];
      const child = spawn(process.execPath, [JITI, MAIN, ...args], { env: { ...process.env, NO_COLOR: "1" } });
      tail.stdout.pipe(child.stdin);
      child.stdin.on("error", () => {});
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (text) => (stdout += String(text)));
      const sampled = new Promise<void>((done) => {
        child.stderr.on("data", (text) => {
          stderr += String(text);
          if (stderr.includes(": sample ")) done();
        });
      });
      const ended = new Promise<number>((done) => child.once("close", (code) => done(code ?? 70)));
      await sampled;
      await meanwhile();
      const code = await ended;
      tail.kill();
      return { code, stdout };
    }

    test("no alarm by ordinary requests, and by the attack of rlsmith itself", async () => {
      const one = await settled("quiet");
      const { code, stdout } = await watch(one, async () => one.load());
      expect({ code, denials: /^.* denials .*(?:\n +new: .*)*/m.exec(stdout)?.[0] }).toEqual({
        code: 0,
        denials: expect.stringMatching(/^passed +denials +0 new in \d+ statements/),
      });
    });

    test("refused inserts are found, by relation and login", async () => {
      const one = await settled("refused");
      const { code, stdout } = await watch(one, async () =>
        one.load({ claims: () => ({ role: "authenticated", app_metadata: {} }) }),
      );
      expect({ code, found: stdout.includes("new: row check on note, login app, 20 times") }).toEqual({
        code: 1,
        found: true,
      });
    });

    test("the setting of the compose file, which hides all of it, is said", async () => {
      const one = await settled("hidden");
      await one.exec("alter system set log_min_messages = fatal; ");
      await one.exec("select pg_reload_conf()");
      const { stdout } = await watch(one, async () => {});
      await one.exec("alter system reset log_min_messages");
      await one.exec("select pg_reload_conf()");
      expect(stdout).toMatch(/cannot be told +denials[\s\S]*log_min_messages of the server hides it/);
    });

    test("one sample alone cannot be read from what comes", async () => {
      const one = await settled("once");
      const { code, stderr } = await rlsmith(["watch", one.on.projectDir, "--log", "-", "--once"]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("what arrives between two samples")]);
    });
  });
});
