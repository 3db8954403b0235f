import { expect, test } from "vitest";
import { findingOf } from "../../../src/watch/supabase/edge-request.ts";
import { rowsFrom } from "../../../src/watch/supabase/row.ts";

// What each is: PostgREST's reference "Errors" (PGRST300 to PGRST303 are its group "JWT"; 42501 is 403, and 401 for anon).

const AT = Date.parse("2026-11-30T12:00:00Z") / 1000;

function found(over: Record<string, string>) {
  const [row] =
    rowsFrom([{ id: "a", source: "edge_logs", at_us: `${AT}000000`, path: "/rest/v1/note", status: "401", ...over }]) ??
    [];
  if (row === undefined) throw new Error("no row");
  const finding = findingOf(row);
  return finding.kind === "denial" ? `${finding.fingerprint.family}: ${finding.fingerprint.object}` : finding.kind;
}

const code = (one: string) => ({ proxy_status: `PostgREST; error=${one}` });
const user = { token: "1", expires: String(AT + 600) };

test.each([
  ["a token that cannot be decoded", { ...code("PGRST301"), token: "1" }, "jwt: 401 PGRST301 /rest/v1/note"],
  ["no token, and no anonymous role", code("PGRST302"), "jwt: 401 PGRST302 /rest/v1/note"],
  ["claims that do not hold", { ...code("PGRST303"), ...user }, "jwt: 401 PGRST303 /rest/v1/note"],
  [
    "a token of the past",
    { ...code("PGRST303"), token: "1", expires: String(AT - 1) },
    "expired jwt: 401 PGRST303 /rest/v1/note",
  ],
  [
    "a forged token of the past",
    { ...code("PGRST301"), token: "1", expires: String(AT - 1) },
    "jwt: 401 PGRST301 /rest/v1/note",
  ],
  ["no secret in the server", { ...code("PGRST300"), status: "500" }, "jwt: 500 PGRST300 /rest/v1/note"],
  ["row security, signed in", { ...code("42501"), ...user, status: "403" }, "counted elsewhere"],
  ["a missing privilege of anon", code("42501"), "counted elsewhere"],
  ["a raised SQLSTATE of its own", { ...code("PT403"), ...user, status: "403" }, "counted elsewhere"],
  ["PostgREST before 14: a 403 is PostgreSQL's", { ...user, status: "403" }, "counted elsewhere"],
  ["PostgREST before 14: a 401 of a signed-in user", user, "jwt: 401 /rest/v1/note"],
  [
    "PostgREST before 14: a token of the past",
    { token: "1", expires: String(AT - 1) },
    "expired jwt: 401 /rest/v1/note",
  ],
  ["an opaque key alone, which is no token", { token: "" }, "other error"],
  ["neither a key nor a token, as a scanner", {}, "other error"],
  ["the service that signs in", { path: "/auth/v1/token" }, "failed login"],
  ["files", { path: "/storage/v1/object/avatars/7.png", ...user }, "other error"],
  ["GraphQL", { path: "/graphql/v1", ...user }, "jwt: 401 /graphql/v1"],
])("%s", (_, row, expected) => {
  expect(found(row)).toBe(expected);
});

test.each([
  ["/rest/v1/note", "/rest/v1/note"],
  ["/rest/v1/", "/rest/v1"],
  ["/rest/v1", "/rest/v1"],
  ["/rest/v1/note?id=eq.7", "/rest/v1/note"],
  ["/rest/v1/note#7", "/rest/v1/note"],
  ["/rest/v1/rpc/book_visit", "/rest/v1/rpc/book_visit"],
  ["/rest/v1/rpc/", "/rest/v1/rpc"],
  ["/rest/v1/note/7", "/rest/v1/note/*"],
  ["/rest/v1/rpc/book_visit/ann", "/rest/v1/rpc/book_visit/*"],
  ["/rest/v1/ann@example.com", "/rest/v1/*"],
  ["/rest/v1/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/rest/v1/*"],
  ["/rest/v1/deadbeefdeadbeefdeadbeefdeadbeef", "/rest/v1/*"],
  ["/rest/v1/call_0041791234567", "/rest/v1/*"],
  [`/rest/v1/${"a".repeat(64)}`, "/rest/v1/*"],
  ["/rest/v1/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", "/rest/v1/*"],
  ["/rest/ann%20smith/note", "/rest/*/note"],
])("the path %s is kept as %s", (path, template) => {
  expect(found({ path, ...user })).toBe(`jwt: 401 ${template}`);
});
