import { expect, test } from "vitest";
import { nameKey } from "../../src/pg/name.ts";
import type { Door } from "../../src/verify/matrix/breach.ts";
import type { Cause } from "../../src/verify/judge/cause.ts";
import type { Command, DbObject, PersonaClass, TriggerName } from "../../src/verify/matrix/cell.ts";
import { isDeclared } from "../../src/verify/judge/declared.ts";

const TICKET = { kind: "table", name: nameKey({ schema: "public", name: "ticket" }) } satisfies DbObject;
const cause = (door: Door, object: DbObject = TICKET): Cause => ({
  door,
  kind: "tenancy",
  object,
  message: "",
});
const entry = { object: "public.ticket", reason: "known" };
const MEMBER: { name: string; class: PersonaClass } = { name: "A's member", class: "member" };
const never = (): boolean => false;

test.each<[string, object, Door, Command, boolean]>([
  ["a door that is named is that one", { door: "policy" }, "policy", "SELECT", true],
  ["and no other", { door: "policy" }, "rls-off", "SELECT", false],
  ["nor that of membership", { door: "policy", commands: ["INSERT"] }, "membership", "INSERT", false],
  ["without commands it is for reads", {}, "policy", "COPY", true],
  ["and not for writes", {}, "policy", "UPDATE", false],
  ["with commands it is for those", { commands: ["UPDATE"] }, "policy", "UPDATE", true],
  ["and no others", { commands: ["UPDATE"] }, "policy", "SELECT", false],
  ["a door that says what is done needs no command", { door: "truncate" }, "truncate", "TRUNCATE", true],
  ["a table without a door is not for truncating it", {}, "truncate", "TRUNCATE", false],
])("%s", (_, more, door, command, declared) => {
  expect(isDeclared({ ...entry, ...more }, cause(door), MEMBER, command, never)).toBe(declared);
});

test("a key or a trigger is about one thing, whatever shows it", () => {
  expect(
    isDeclared(entry, cause("unique-oracle", { kind: "constraint", name: TICKET.name }), MEMBER, "INSERT", never),
  ).toBe(true);
  const wide = { ...entry, object: "public.ticket*" };
  expect(
    isDeclared(
      wide,
      cause("trigger", { kind: "trigger", name: `${TICKET.name} / on_change` as TriggerName }),
      MEMBER,
      "UPDATE",
      never,
    ),
  ).toBe(true);
});

test("personas by class or by name", () => {
  const of = (personas: string[], who: { name: string; class: PersonaClass }): boolean =>
    isDeclared({ ...entry, personas }, cause("policy"), who, "SELECT", never);
  expect(of(["anon", "member"], MEMBER)).toBe(true);
  expect(of(["A's *"], MEMBER)).toBe(true);
  expect(of(["anon"], MEMBER)).toBe(false);
});

test("an odd token that gets no further than a plain member is the policy's, else a hole of its claims", () => {
  const odd = { name: "tenant missing", class: "bad claims" as const };
  const policy = { ...entry, door: "policy" };
  expect(isDeclared(policy, cause("claims"), odd, "SELECT", (command) => command === "SELECT")).toBe(true);
  expect(isDeclared(policy, cause("claims"), odd, "SELECT", never)).toBe(false);
});
