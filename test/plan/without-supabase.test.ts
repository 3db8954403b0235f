import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { claimsWorth } from "../../src/report/claims-worth.ts";
import { withFork } from "../support/fork.ts";
import { plainScratch } from "../support/plain.ts";

// docs/without-supabase.md: its function, run against tokens that this file signs.
const PAGE = readFileSync("docs/without-supabase.md", "utf8");
const FUNCTION = /```sql\n([^]*?)```/.exec(PAGE)?.[1] ?? "";
const SECRET = "a secret of at least thirty-two bytes";

let plain: rlsmith.Scratch;
beforeAll(async () => {
  plain = await plainScratch();
});
afterAll(async () => plain.close());

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** A token by RFC 7519, signed with HMAC SHA-256. */
function signed(claims: unknown, secret: string): string {
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

test("the function of the page returns the claims of a token with the right signature, and of no other", async () => {
  await withFork(
    FUNCTION,
    async (db) => {
      await db.query("insert into gate.key values (convert_to($1, 'UTF8'))", [SECRET]);
      await db.exec("create role gate_reader");
      const claimsOf = async (token: string): Promise<unknown> => {
        await db.exec("begin; set local role gate_reader");
        await db.query("select set_config('request.jwt', $1, true)", [token]);
        const [row] = await db.query<{ claims: unknown }>("select gate.claims() as claims");
        await db.exec("rollback");
        return row?.claims;
      };
      const exp = Math.floor(Date.now() / 1000) + 600;
      // lengths of each remainder by 3, so that base64url drops no, one and two characters; and a character beyond ASCII
      for (const org of ["a", "ab", "abc", "é", "x".repeat(300)]) {
        const claims = { org_id: org, exp };
        expect(await claimsOf(signed(claims, SECRET))).toEqual(claims);
      }
      const right = signed({ org_id: "a", exp }, SECRET);
      const [head, , signature] = right.split(".");
      const refused = [
        signed({ org_id: "a", exp }, "another secret"),
        signed({ org_id: "a", exp: 1 }, SECRET),
        signed({ org_id: "a" }, SECRET),
        `${head}.${part({ org_id: "b", exp })}.${signature}`,
        `${part({ alg: "none" })}.${part({ org_id: "b", exp })}.`,
        "a.b",
        "",
      ];
      for (const token of refused) expect(await claimsOf(token)).toBeNull();
      await db.exec("set role gate_reader");
      await expect(db.query("select * from gate.key")).rejects.toThrow(/permission denied/);
      await db.exec("reset role; drop role gate_reader");
    },
    plain,
  );
});

test("plan says what the claims are worth; a signed token only where something is known to check the signature", async () => {
  const worth = async (of: rlsmith.Scratch, claims: rlsmith.ContextMap["claims"]): Promise<string | null> => {
    const variable = { setting: "app.org_id", claim: ["org_id"], type: "uuid" as const, separator: "," };
    return claimsWorth(await rlsmith.inspect(of.db), { claims, variables: [variable] });
  };
  const jwt = { kind: "function", schema: "auth", name: "jwt" } as const;
  const setting = { kind: "setting", setting: "request.jwt.claims" } as const;
  expect(PAGE).toContain(await worth(plain, setting));
  for (const source of [jwt, setting, { kind: "function", schema: "gate", name: "claims" } as const])
    expect(await worth(plain, source)).not.toContain("signed token");
  await withFork("", async (_, supabase) => {
    expect(await worth(supabase, jwt)).toContain("signed token");
    expect(await worth(supabase, { kind: "function", schema: "public", name: "mine" })).not.toContain("signed token");
    expect(claimsWorth(await rlsmith.inspect(supabase.db), { claims: jwt, variables: [] })).toBeNull();
  });
});
