import { expect, test } from "vitest";
import { mayDifferWithoutTls, urlsToTry } from "../../src/db/tls.ts";

// PostgreSQL manual, 32.1.2, sslmode; table 32.1
test.each([
  ["", ["require", "disable"]],
  ["?sslmode=prefer", ["require", "disable"]],
  ["?sslmode=allow", ["disable", "require"]],
  ["?sslmode=disable", ["disable"]],
  ["?sslmode=require", ["require"]],
  ["?sslmode=verify-ca&sslrootcert=/x", ["verify-ca"]],
  ["?sslmode=verify-full", ["verify-full"]],
  ["?sslmode=no-verify", ["no-verify"]],
])("%j: the kinds of connections, in their order", (query, modes) => {
  expect(urlsToTry(`postgres://u@h:5432/d${query}`).map((url) => new URL(url).searchParams.get("sslmode"))).toEqual(
    modes,
  );
});

test.each(["", "?sslmode=require"])("a socket has no TLS%s", (query) => {
  expect(
    urlsToTry(`postgres://u@%2Fvar%2Frun:5432/d${query}`).map((url) => new URL(url).searchParams.get("sslmode")),
  ).toEqual(["disable"]);
});

const raised = (code: string, message: string): Error => Object.assign(new Error(message), { severity: "FATAL", code });

test("the other kind is tried where the server refuses this one, and for no other refusal", () => {
  expect(mayDifferWithoutTls(new Error("The server does not support SSL connections"))).toBe(true);
  expect(
    mayDifferWithoutTls(Object.assign(new Error("wrong version number"), { code: "ERR_SSL_WRONG_VERSION_NUMBER" })),
  ).toBe(true);
  expect(
    mayDifferWithoutTls(raised("28000", 'no pg_hba.conf entry for host "h", user "u", database "d", SSL encryption')),
  ).toBe(true);
  expect(mayDifferWithoutTls(raised("28000", 'role "u" does not exist'))).toBe(false);
  expect(mayDifferWithoutTls(raised("28P01", "password authentication failed"))).toBe(false);
  expect(
    mayDifferWithoutTls(Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })),
  ).toBe(false);
  expect(mayDifferWithoutTls(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }))).toBe(false);
});
