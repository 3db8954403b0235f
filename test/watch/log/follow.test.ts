import { statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readLog } from "../../../src/watch/log/index.ts";
import { newFolder, readFrom } from "./folder.ts";

const line = (message: string): string => `ERROR:  ${message}\n`;
const LOST = [{ lack: "entries lost", what: "log file" }];

test("a file is read on from where the reading before ended", async () => {
  const { path, write } = newFolder();
  write("a.log", line("1") + line("2"));
  const first = await readFrom(path("a.log"), null);
  write("a.log", line("3"));
  const second = await readFrom(path("a.log"), first.cursor);
  const third = await readFrom(path("a.log"), second.cursor);
  expect([first.messages, second.messages, third.messages]).toEqual([["1", "2"], ["3"], []]);
});

test("the first reading may begin at the end, which is the begin of a line that is not complete", async () => {
  const { path, write } = newFolder();
  write("a.log", `${line("1")}ERROR:  tw`);
  const first = await readFrom(path("a.log"), null, { start: "end" });
  write("a.log", "o\n");
  expect((await readFrom(path("a.log"), first.cursor)).messages).toEqual(["two"]);
});

test("a partial last line is left, and so is half a character", async () => {
  const { path, write } = newFolder();
  const bytes = Buffer.from(line("größe"));
  write("a.log", Buffer.concat([Buffer.from(line("1")), bytes.subarray(0, 11)]));
  const first = await readFrom(path("a.log"), null);
  write("a.log", bytes.subarray(11));
  const second = await readFrom(path("a.log"), first.cursor);
  expect([...first.messages, ...second.messages]).toEqual(["1", "größe"]);
  expect(first.unread + second.unread).toBe(0);
});

test("a partial last line of a file that is not written any more is read at last", async () => {
  const { path, write, rename } = newFolder();
  write("a.log", `${line("1")}ERROR:  cut`);
  const first = await readFrom(path("a.log"), null);
  rename("a.log", "a.log.1");
  write("a.log", line("2"));
  const second = await readFrom(path("a.log"), first.cursor);
  const third = await readFrom(path("a.log"), second.cursor);
  expect([first, second, third].flatMap(({ messages }) => messages).toSorted()).toEqual(["1", "2", "cut"]);
});

test.each([
  ["a.log.1", "a.log.2"],
  ["a.log-20260131", "a.log-20260201"],
  ["a-20260131.log", "a-20260201.log"],
])("rotation by rename to %s: the old file is read to its end, and those in between", async (one, two) => {
  const { path, rename, write } = newFolder();
  write("a.log", line("1"));
  const first = await readFrom(path("a.log"), null);
  write("a.log", line("2"));
  rename("a.log", one);
  write("a.log", line("3"));
  const second = await readFrom(path("a.log"), first.cursor);
  expect(second).toMatchObject({ messages: ["2", "3"], lacks: [] });
  write("a.log", line("4"));
  rename(one, two);
  rename("a.log", one);
  write("a.log", line("5"));
  rename(two, `${two}.9`);
  rename(one, two);
  rename("a.log", one);
  write("a.log", line("6"));
  // the server writes to the old file until it opens the new one
  write(one, line("7"));
  const third = await readFrom(path("a.log"), second.cursor);
  expect(third.messages.toSorted()).toEqual(["4", "5", "6", "7"]);
  expect(third.lacks).toEqual([]);
});

test("copytruncate: the copy is read on, then the emptied file from its begin", async () => {
  const { copyAndTruncate, path, write } = newFolder();
  write("a.log", line("1"));
  const first = await readFrom(path("a.log"), null);
  write("a.log", line("2"));
  copyAndTruncate("a.log", "a.log.1");
  write("a.log", line("3") + line("a line that is longer than all before"));
  const second = await readFrom(path("a.log"), first.cursor);
  expect(second.messages.toSorted()).toEqual(["2", "3", "a line that is longer than all before"]);
  expect(second.lacks).toEqual([]);
});

test("a copy beside the file is not counted again", async () => {
  const { copy, path, write } = newFolder();
  write("a.log", line("1"));
  const first = await readFrom(path("a.log"), null);
  copy("a.log", "a.log.bak");
  write("a.log", line("2"));
  const second = await readFrom(path("a.log"), first.cursor);
  const third = await readFrom(path("a.log"), second.cursor);
  expect([second.messages, third.messages]).toEqual([["2"], []]);
});

test("what was in a file that is emptied without a copy is lost, and this is said", async () => {
  const { path, truncate, write } = newFolder();
  write("a.log", line("1") + line("2"));
  const first = await readFrom(path("a.log"), null);
  truncate("a.log");
  write("a.log", line("3"));
  expect(await readFrom(path("a.log"), first.cursor)).toMatchObject({ messages: ["3"], lacks: LOST });
});

test("another file on the same inode, as long as the old one or longer, is seen by its content", async () => {
  const { path, write } = newFolder();
  write("a.log", line("1") + line("2"));
  const first = await readFrom(path("a.log"), null);
  // opens the same inode and writes from its begin
  writeFileSync(path("a.log"), line("3") + line("4") + line("5"));
  const second = await readFrom(path("a.log"), first.cursor);
  expect(second).toMatchObject({ messages: ["3", "4", "5"], lacks: LOST });
  writeFileSync(path("a.log"), line("6") + line("7") + line("8"));
  utimesSync(path("a.log"), new Date(), new Date(Date.now() + 5000));
  expect(await readFrom(path("a.log"), second.cursor)).toMatchObject({ messages: ["6", "7", "8"], lacks: LOST });
});

test("a file that is gone, or compressed, is lost", async () => {
  const { path, remove, rename, write } = newFolder();
  write("a.log", line("1"));
  const first = await readFrom(path("a.log"), null);
  rename("a.log", "a.log.1.gz");
  write("a.log", line("2"));
  const second = await readFrom(path("a.log"), first.cursor);
  expect(second).toMatchObject({ messages: ["2"], lacks: LOST });
  remove("a.log");
  write("a.log", line("3"));
  expect(await readFrom(path("a.log"), second.cursor)).toMatchObject({ messages: ["3"], lacks: LOST });
});

test("other text of the same size and time is another file", async () => {
  const { path, write, remove } = newFolder();
  write("a.log", line("1"));
  const { atime, mtime } = statSync(path("a.log"));
  utimesSync(path("a.log"), atime, mtime);
  const first = await readFrom(path("a.log"), null);
  // a new file often gets the number of the one that is gone
  remove("a.log");
  write("a.log", line("2"));
  utimesSync(path("a.log"), atime, mtime);
  expect(await readFrom(path("a.log"), first.cursor)).toMatchObject({ messages: ["2"], lacks: LOST });
});

test("a log that is not there is not readable, and the cursor stays", async () => {
  const { path, remove, write } = newFolder();
  write("a.log", line("1"));
  const options = { start: "begin", format: { kind: "stderr", prefix: "" }, database: null, heartbeat: null } as const;
  const first = await readLog({ kind: "files", path: path("a.log") }, { ...options, cursor: null });
  remove("a.log");
  const second = await readLog({ kind: "files", path: path("a.log") }, { ...options, cursor: first.cursor });
  expect(second).toMatchObject({ entries: 0, lacks: [{ lack: "not readable", what: "log file" }] });
  expect(second.cursor).toEqual(first.cursor);
  const never = await readLog({ kind: "files", path: path("no/such/folder/a.log") }, { ...options, cursor: null });
  expect(never).toMatchObject({ cursor: null, lacks: [{ lack: "not readable", what: "log file" }] });
});

test("files with dates in a folder, by the folder and by a pattern", async () => {
  const folder = newFolder();
  const { path, write } = folder;
  write("postgresql-2026-01-30.log", line("1"));
  write("postgresql-2026-01-31.log", line("2"));
  write("other.txt", line("no"));
  const byPattern = await readFrom(path("postgresql-*.log"), null);
  const byFolder = await readFrom(path("."), null);
  expect(byPattern.messages).toEqual(["1", "2"]);
  expect(byFolder.messages).toEqual(["1", "2"]);
  write("postgresql-2026-01-31.log", line("3"));
  write("postgresql-2026-02-01.log", line("4"));
  write("postgresql-2026-02-02.log", line("5"));
  const next = await readFrom(path("postgresql-*.log"), byPattern.cursor);
  expect(next).toMatchObject({ messages: ["3", "4", "5"], lacks: [] });
  // that of the first day is removed: it was read
  folder.remove("postgresql-2026-01-30.log");
  expect(await readFrom(path("postgresql-*.log"), next.cursor)).toMatchObject({ messages: [], lacks: [] });
  folder.remove("postgresql-2026-02-02.log");
  expect(await readFrom(path("postgresql-*.log"), next.cursor)).toMatchObject({ messages: [], lacks: LOST });
});

test("names of weekdays that are used again", async () => {
  const { path, truncate, write } = newFolder();
  write("postgresql-Mon.log", line("monday 1"));
  const first = await readFrom(path("postgresql-???.log"), null);
  write("postgresql-Tue.log", line("tuesday"));
  const second = await readFrom(path("postgresql-???.log"), first.cursor);
  truncate("postgresql-Mon.log");
  write("postgresql-Mon.log", line("monday 2, which is longer"));
  const third = await readFrom(path("postgresql-???.log"), second.cursor);
  expect(third).toMatchObject({ messages: ["monday 2, which is longer"], lacks: [] });
});

test("of a folder with several formats, each entry is counted once", async () => {
  const { path, write } = newFolder();
  const json = `${JSON.stringify({ error_severity: "ERROR", state_code: "22012", message: "division by zero" })}\n`;
  write("postgresql.json", json);
  write("postgresql.log", line("division by zero"));
  const options = { start: "begin", format: null, database: null, heartbeat: null } as const;
  const reading = await readLog({ kind: "files", path: path(".") }, { ...options, cursor: null });
  expect(reading).toMatchObject({ entries: 1, otherErrors: 1, bytes: json.length });
  // log_destination was changed two hours ago
  utimesSync(path("postgresql.json"), new Date(), new Date(Date.now() - 7_200_000));
  write("postgresql.log", line("division by zero"));
  const changed = await readLog({ kind: "files", path: path(".") }, { ...options, cursor: null });
  expect(changed).toMatchObject({ entries: 2, otherErrors: 2 });
});

test("a folder of more files than a cursor holds", async () => {
  const { path, write } = newFolder();
  const names = Array.from({ length: 100 }, (_, n) => `postgresql-${String(n).padStart(3, "0")}.log`);
  for (const [n, name] of names.entries()) {
    write(name, line(name));
    utimesSync(path(name), n, 1_700_000_000 + n);
  }
  const first = await readFrom(path("."), null);
  expect(first.messages).toHaveLength(100);
  expect(JSON.stringify(first.cursor).length).toBeLessThan(10_000);
  write("postgresql-100.log", line("new"));
  const second = await readFrom(path("."), first.cursor);
  expect(second).toMatchObject({ messages: ["new"], lacks: [] });
});

test("a cursor of another version, or of another source, is none", async () => {
  const { path, write } = newFolder();
  write("a.log", line("1"));
  for (const cursor of [{ version: 2 }, "x", 7, { version: 1, files: [{}] }])
    expect((await readFrom(path("a.log"), cursor)).messages).toEqual(["1"]);
  const reading = await readLog(
    { kind: "files", path: path("a.log") },
    { cursor: { version: 2 }, start: "end", format: null, database: null, heartbeat: null },
  );
  expect(reading).toMatchObject({ entries: 0, lacks: [{ lack: "entries lost", what: "log cursor" }] });
});

test("a file that cannot be opened is said to be so, and is read on when it can be", async () => {
  const { path, remove, rename, write } = newFolder();
  write("a.log", line("1"));
  write("a.log.1", line("0"));
  const first = await readFrom(path("a.log"), null);
  write("a.log", line("2"));
  rename("a.log", "elsewhere");
  // as root every file can be opened, but no link to itself
  symlinkSync("a.log", path("a.log"));
  const second = await readFrom(path("a.log"), first.cursor);
  expect(second).toMatchObject({ messages: [], lacks: [{ lack: "not readable", what: "log file" }] });
  remove("a.log");
  rename("elsewhere", "a.log");
  expect(await readFrom(path("a.log"), second.cursor)).toMatchObject({ messages: ["2"], lacks: [] });
});

test("lines of a prefix that the server had before are read too, and lines that may be errors are said", async () => {
  const { path, write } = newFolder();
  const denied = "permission denied for table visit";
  write(
    "a.log",
    `2026-01-31 12:00:00.000 UTC [1] LOG:  x\n2026-01-31 12:00:00.000 UTC [1] web@app 42501 ERROR:  ${denied}\n`,
  );
  write("a.log", `2026-01-31 12:00:00.000 UTC [1] web@app ERROR:  ${denied}\n`);
  const options = { cursor: null, start: "begin", format: null, database: "other", heartbeat: null } as const;
  const source = { kind: "files", path: path("a.log") } as const;
  const known = await readLog(source, { ...options, linePrefix: "%m [%p] %q%u@%d %e " });
  // of the prefix that is only guessed the database is not believed
  expect(known).toMatchObject({ entries: 3, unread: 0, lacks: [] });
  expect(known.denials).toMatchObject([{ count: 1, sqlstate: null, login: "web", relation: "visit" }]);
  write("a.log", `<1> (web) ERROR:  ${denied}\n`);
  expect(await readLog(source, { ...options, linePrefix: "%m [%p] %q%u@%d %e " })).toMatchObject({
    unread: 1,
    lacks: [{ lack: "not readable", what: "log line" }],
  });
});

test("another file whose begin is the same, without times, is seen by what stands before the offset", async () => {
  const { path, write } = newFolder();
  const same = "x".repeat(3000);
  write("a.log", line(same) + line("1"));
  const first = await readFrom(path("a.log"), null);
  writeFileSync(path("a.log"), line(same) + line("2") + line("3"));
  expect(await readFrom(path("a.log"), first.cursor)).toMatchObject({ messages: [same, "2", "3"], lacks: LOST });
});
