import { expect, test } from "vitest";
import { guards, leftOf } from "./support.ts";

// Pages, and SQL that is no migration: no other clean-up reads them, so each line that names what is retired is listed.

test("every line of a page that names what is retired is listed", () => {
  const cleaned = guards({
    "docs/onboarding.md": "# Day 2\n\nCall `set_tenant_context` first.\n\nIt sets `app.tenant_id`, see above.\n",
    "README.md": "Nothing of it here.\n",
  });
  expect([cleaned.files.size, leftOf(cleaned)]).toEqual([0, []]);
  expect(cleaned.mentions).toEqual([
    { path: "docs/onboarding.md", line: 3, what: "set_tenant_context" },
    { path: "docs/onboarding.md", line: 5, what: "app.tenant_id" },
  ]);
});

test("a change log tells what was", () => {
  const cleaned = guards({ "CHANGELOG.md": "## 1.2\n\n- Requests call `set_tenant_context`.\n" });
  expect([cleaned.mentions, leftOf(cleaned)]).toEqual([[], []]);
});

test("SQL that is no migration is for a person", () => {
  const cleaned = guards({
    "supabase/tests/invoice.test.sql":
      "begin;\nselect set_config('app.tenant_id', 'a', true);\nselect set_tenant_context('b');\nrollback;\n",
    "supabase/seed.sql": "insert into tenant values ('a');\n",
  });
  expect(leftOf(cleaned)).toEqual([
    "supabase/tests/invoice.test.sql:2 other-kind",
    "supabase/tests/invoice.test.sql:3 other-kind",
  ]);
});
