import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CriterionName, Lack } from "../../src/index.ts";
import { findAllMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { startWatching, type Watching } from "./situation.ts";

const may = (what: string): Lack => ({ lack: "privilege", what });
/** Where the log cannot be read, the denial that the run has planted is not found in it. */
const PLANTED: Lack = { lack: "not readable", what: "planted denial" };
const NOT_INSTALLED: Lack = { lack: "not installed", what: "pg_stat_statements" };

interface Case {
  name: string;
  /** roles whose privileges the login has */
  roles: string[];
  /** whether it may execute the function that reads files */
  reads: boolean;
  extension: boolean;
  /** how the log is read: from its folder, or through the server */
  log: "file" | "server";
  /** the criteria that cannot be told, with what they lack; `claims` always, and all others pass */
  lacking: Partial<Record<CriterionName, Lack[]>>;
}

const onStatements = (lack: Lack): Case["lacking"] => ({ filtering: [lack], speed: [lack], coverage: [lack] });

const CASES: Case[] = [
  {
    name: "nothing",
    roles: [],
    reads: false,
    extension: true,
    log: "server",
    lacking: {
      // how many requests there were is not known either
      denials: [may("pg_ls_logdir"), may("pg_read_binary_file"), PLANTED, may("pg_stat_statements")],
      ...onStatements(may("pg_stat_statements")),
    },
  },
  {
    name: "nothing, no extension, but the files of the log",
    roles: [],
    reads: false,
    extension: false,
    log: "file",
    lacking: { denials: [NOT_INSTALLED], ...onStatements(NOT_INSTALLED) },
  },
  {
    name: "pg_read_all_stats",
    roles: ["pg_read_all_stats"],
    reads: false,
    extension: true,
    log: "server",
    lacking: { denials: [may("pg_ls_logdir"), may("pg_read_binary_file"), PLANTED] },
  },
  {
    name: "pg_read_all_stats, and the files of the log",
    roles: ["pg_read_all_stats"],
    reads: false,
    extension: true,
    log: "file",
    lacking: {},
  },
  {
    name: "pg_monitor",
    roles: ["pg_monitor"],
    reads: false,
    extension: true,
    log: "server",
    lacking: { denials: [may("pg_read_binary_file"), PLANTED] },
  },
  {
    name: "pg_monitor, and the files of the server",
    roles: ["pg_monitor", "pg_read_server_files"],
    reads: true,
    extension: true,
    log: "server",
    lacking: {},
  },
  {
    name: "pg_monitor, and the files of the server, no extension",
    roles: ["pg_monitor", "pg_read_server_files"],
    reads: true,
    extension: false,
    log: "server",
    lacking: { denials: [NOT_INSTALLED], ...onStatements(NOT_INSTALLED) },
  },
];

const CRITERIA: CriterionName[] = ["time", "denials", "filtering", "isolation", "speed", "objects", "coverage"];

describe.each(findAllMajors().filter(({ major }) => major === 15 || major === 18))(
  "a login on $title that has",
  ({ bin, missing }) => {
    let watching: Watching | null = null;
    beforeAll(async () => {
      if (missing === null) watching = await startWatching(bin);
    });
    afterAll(async () => watching?.stop());

    test.each(CASES.map((one, n) => ({ ...one, n })))("$name", async ({ n, roles, reads, extension, log, lacking }) => {
      if (watching === null) throw new Error(missing ?? "the server is started before the first test");
      const one = await watching.database(`login_${n}`, log === "server" ? { server: true } : undefined);
      await withClient(watching.cluster.url("postgres"), async (client) => {
        await client.query("revoke pg_read_all_stats, pg_monitor, pg_read_server_files from deployer");
        for (const role of roles) await client.query(`grant ${role} to deployer`);
      });
      if (reads)
        await one.exec("grant execute on function pg_read_binary_file(text, bigint, bigint, boolean) to deployer");
      if (!extension) await one.exec("drop extension pg_stat_statements");
      await one.load();
      await one.sample();
      await one.apply();
      await one.sample();
      await one.load();
      const { gate } = await one.sample();
      expect(gate.outcome).toBe("inconclusive");
      const judged = CRITERIA.map((name) => {
        const found = gate.judgements.find(({ criterion }) => criterion === name);
        return [name, found?.state, found?.lacks];
      });
      expect(judged).toEqual(
        CRITERIA.map((name) => (lacking[name] ? [name, "cannot be told", lacking[name]] : [name, "passed", []])),
      );
    });
  },
);
