import { expect, test } from "vitest";
import { classify, judge } from "../../../src/watch/log/classify.ts";
import type { LogEntry } from "../../../src/watch/log/entry.ts";
import { heartbeatMessage } from "../../../src/watch/log/heartbeat-message.ts";
import { originOf, plainName } from "../../../src/watch/log/names.ts";

const entry = (parts: Partial<LogEntry>): LogEntry => ({
  at: null,
  severity: "ERROR",
  sqlstate: null,
  message: "",
  routine: null,
  context: null,
  statement: null,
  login: null,
  database: null,
  application: null,
  backendType: null,
  session: null,
  line: null,
  positioned: false,
  queryId: null,
  ...parts,
});

const DENIED = 'new row violates row-level security policy for table "visit"';

test("a function cannot make its own error look like that of a policy", () => {
  const context = "PL/pgSQL function app.book(integer) line 3 at RAISE";
  for (const parts of [
    { sqlstate: "42501", context },
    { sqlstate: "42501", routine: "exec_stmt_raise", context },
  ])
    expect(classify(entry({ ...parts, message: DENIED }))).toMatchObject({
      family: "function guard",
      relation: null,
      function: "app.book",
    });
});

test("the SQLSTATE decides before the text", () => {
  expect(classify(entry({ sqlstate: "23505", message: DENIED }))).toBeNull();
  expect(classify(entry({ sqlstate: "22P02", message: DENIED }))).toMatchObject({ family: "cast", relation: null });
  expect(classify(entry({ sqlstate: "42501", message: DENIED, severity: "LOG" }))).toBeNull();
  expect(classify(entry({ sqlstate: "42501", message: DENIED, severity: "WARNING" }))).toBeNull();
});

test("a severity of an unknown language does not hide an error", () => {
  const unknown = { severity: null, sqlstate: "42501", message: "?" } as const;
  expect(judge(entry(unknown))).toMatchObject({ fingerprint: { family: "other" }, textIsNeeded: true });
  expect(classify(entry({ ...unknown, routine: "ExecWithCheckOptions" }))).toMatchObject({ family: "row check" });
  expect(classify(entry({ ...unknown, sqlstate: "00000" }))).toBeNull();
});

test.each([
  ["57014", "canceling statement due to statement timeout", "timeout"],
  ["57014", "canceling statement due to user request", null],
  ["57014", "annulation de la requête", "timeout"],
  ["42P17", 'infinite recursion detected in policy for relation "a"', "recursion"],
  ["42P17", 'infinite recursion detected in rules for relation "a"', null],
  ["42704", 'type "mood" does not exist', "object gone"],
  ["42501", "must be owner of table visit", "missing privilege"],
  ["42501", 'permission denied to set role "admin"', "missing privilege"],
  ["42501", "autre chose", "other"],
  ["21000", "UPDATE requires a WHERE clause", "other"],
  [null, "UPDATE requires a WHERE clause", "other"],
  [null, 'malformed array literal: "secret"', "cast"],
  [null, "canceling statement due to lock timeout", null],
])("%s %s", (sqlstate, message, family) => {
  expect(classify(entry({ sqlstate, message }))?.family ?? null).toBe(family);
});

test("what is not told is said only where a text would tell it", () => {
  expect(judge(entry({ sqlstate: "42501", message: "autre chose" })).textIsNeeded).toBe(true);
  expect(judge(entry({ sqlstate: "42501", message: "autre chose", routine: "aclcheck_error" })).textIsNeeded).toBe(
    false,
  );
  expect(judge(entry({ sqlstate: "23505", message: "autre chose" })).textIsNeeded).toBe(false);
  expect(judge(entry({ message: "autre chose" })).textIsNeeded).toBe(true);
  expect(judge(entry({ message: "division by zero" })).textIsNeeded).toBe(false);
});

test("the heartbeat of any run is no denial and no error, and nothing else passes for one", () => {
  const id = "00000000-0000-4000-8000-000000000000";
  expect(judge(entry({ sqlstate: "42501", message: heartbeatMessage(id) })).kind).toBe("heartbeat");
  expect(judge(entry({ sqlstate: "42501", message: `${heartbeatMessage(id)} x` })).kind).toBe("denial");
});

test.each([
  ["28P01", "FATAL", "password authentication failed for user", "failed login"],
  ["28000", "FATAL", "?", "failed login"],
  [null, "FATAL", 'password authentication failed for user "anna"', "failed login"],
  [null, "FATAL", 'no pg_hba.conf entry for host "::1"', "failed login"],
  ["53300", "FATAL", "sorry, too many clients already", "other error"],
] as const)("%s %s %s", (sqlstate, severity, message, kind) => {
  expect(judge(entry({ sqlstate, severity, message }))).toMatchObject({ kind, fingerprint: null });
});

test.each([
  ["PL/pgSQL function app.book(integer,text) line 3 at SQL statement", "app.book"],
  ['PL/pgSQL function "my app"."Book ""it"(integer) line 3 at RAISE', '"my app"."Book ""it"'],
  ["PL/pgSQL-Funktion book(integer) Zeile 3 bei RAISE", "book"],
  ["fonction PL/pgSQL book(integer), ligne 3 à RAISE", "book"],
  ["función PL/pgSQL book(integer) en la línea 3 en RAISE", "book"],
  ["функция PL/pgSQL book(integer), строка 3, оператор RAISE", "book"],
  ['SQL function "book" statement 1', "book"],
  [
    'SQL statement "insert into a"\nPL/pgSQL function book() line 3 at EXECUTE\nPL/pgSQL function outer_one() line 1 at PERFORM',
    "book",
  ],
  ["COPY visit, line 3", null],
])("the function of %s", (context, name) => {
  expect(originOf(context).function).toBe(name);
});

test.each([
  ["app.tenant_id", "app.tenant_id"],
  ["anna@example.com", null],
  ["00000000-0000-4000-8000-000000000001", null],
  ["Anna", null],
  [undefined, null],
])("the name %s is shown as %s", (name, shown) => {
  expect(plainName(name)).toBe(shown);
});
