import { expect, test } from "vitest";
import type { Cause, Unsure } from "../../src/claims/index.ts";
import { causeText, unsureText } from "../../src/report/claims-cause.ts";

const DENIED: Cause = { kind: "raised", sqlstate: "42501", message: "permission denied for table users" };

test.each<[Cause, string]>([
  [DENIED, "the login may not read it (permission denied for table users)"],
  [{ kind: "raised", sqlstate: "57014", message: "canceling statement" }, "it took longer than the statement timeout"],
  [{ kind: "raised", sqlstate: "42P01", message: 'relation "x" does not exist' }, '42P01 relation "x" does not exist'],
  // a message that may hold a value of a row is not in the cause: PostgreSQL's name of the condition, else the code
  [{ kind: "raised", sqlstate: "22P02", message: null }, "22P02 invalid_text_representation"],
  [{ kind: "raised", sqlstate: "2200H", message: null }, "2200H"],
  [
    { kind: "members unread", because: DENIED },
    "its members cannot be read: the login may not read it (permission denied for table users)",
  ],
  [{ kind: "no active row", active: "open", because: null }, "no row was found for which `open` holds"],
  [
    { kind: "no active row", active: "open", because: { kind: "raised", sqlstate: "22012", message: null } },
    "no row was found for which `open` holds (a value that was tried raised 22012 division_by_zero)",
  ],
  [
    {
      kind: "unread",
      bodies: [
        { function: "public.a", because: { kind: "no update" }, through: ["public.b", "public.c"] },
        { function: "public.d", because: { kind: "value", claim: ["app_metadata", "org"] }, through: [] },
        { function: "public.d", because: { kind: "value", claim: ["app_metadata", "org"] }, through: [] },
      ],
    },
    "`public.a` has no UPDATE of auth.users that rlsmith can read; it calls `public.b`, `public.c`, which is not " +
      "followed; `public.d` gives `app_metadata.org` a value that does not depend on the row alone",
  ],
])("a cause in words: %j", (cause, words) => {
  expect(causeText(cause)).toBe(words);
});

test.each<[Unsure, string]>([
  [
    { kind: "other condition", function: "public.sync", condition: "v IS NOT TRUE" },
    "`public.sync` writes claims only where `v IS NOT TRUE`, which does not depend on the row alone",
  ],
  [
    { kind: "other condition", function: null, condition: null },
    "the trigger writes claims only under a condition that does not depend on the row alone",
  ],
  [
    { kind: "different triggers", relation: "public.staff" },
    "the triggers of `public.staff` write under different conditions",
  ],
])("active rows that are not known, in words: %j", (unsure, words) => {
  expect(unsureText(unsure)).toBe(words);
});
