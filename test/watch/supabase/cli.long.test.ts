import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { LogReading } from "../../../src/watch/sample.ts";
import { askSupabaseCli, readSupabaseLog } from "../../../src/watch/supabase/index.ts";
import { denialAt, heartbeatAt } from "./rows.ts";
import { json, REF, startService, TOKEN, type LogService } from "./service.ts";

// The real Supabase CLI, whose profile names the server on loopback as its API.

const CLI = resolve(import.meta.dirname, "../../../node_modules/.bin/supabase");
const NOW = "2026-11-30T12:00:40.000Z";
const AT = Date.parse(NOW) * 1000;

let service: LogService;
let folder: string;

beforeAll(async () => {
  process.env["SUPABASE_ACCESS_TOKEN"] = TOKEN;
  process.env["SUPABASE_TELEMETRY_DISABLED"] = "1";
  service = await startService();
  folder = mkdtempSync(join(tmpdir(), "rlsmith-supabase-"));
  const url = service.origin;
  writeFileSync(
    join(folder, "profile.yaml"),
    `name: loopback\napi_url: ${url}\ndashboard_url: ${url}\nproject_host: 127.0.0.1\n`,
  );
});
beforeEach(() => void Object.assign(service, { rows: [], asked: [], instead: [] }));
afterAll(async () => service.stop());

const read = async (program: string, over: { project?: string; heartbeat?: string } = {}): Promise<LogReading> => {
  const { project = REF, heartbeat = null } = over;
  const options = { project, cursor: null, start: "begin", now: NOW, database: "postgres", heartbeat } as const;
  return readSupabaseLog(askSupabaseCli({ project, program, cwd: folder }), options);
};

const supabase = (): string => `${CLI} --profile ${join(folder, "profile.yaml")}`;

test("the rows of several pages, and the heartbeat", async () => {
  const heartbeat = "0b0e3c1e-5f2b-4b8e-9c1d-3d5a1f0c7e11";
  service.rows = [...Array.from({ length: 1200 }, () => denialAt(AT - 1_000_000)), heartbeatAt(AT, heartbeat)];
  const reading = await read(supabase(), { heartbeat });
  expect(reading).toMatchObject({ entries: 1201, heartbeat: "seen", lacks: [] });
  expect(reading.denials).toEqual([expect.objectContaining({ family: "row check", relation: "visit", count: 1200 })]);
});

test.each([
  [401, "access token"],
  [402, "allowance"],
  [400, "query"],
  // the program says it in words, after it has tried again by itself
  [429, "program"],
])("what the service answers with %s", async (status, what) => {
  service.instead = Array.from({ length: 20 }, () => json(status, { message: "no" }));
  expect((await read(supabase())).lacks).toEqual([{ lack: "service", what }]);
});

test.each([
  ["a program that is not there", "/nowhere/supabase", "program"],
  ["one that fails without a word", "false", "program"],
  ["one that prints something else", "echo", "answer"],
])("%s", async (_, program, what) => {
  expect((await read(program)).lacks).toEqual([{ lack: "service", what }]);
});

test("a project that would be more than an argument is not asked for", async () => {
  expect((await read("echo", { project: "x; touch y" })).lacks).toEqual([{ lack: "service", what: "endpoint" }]);
});
