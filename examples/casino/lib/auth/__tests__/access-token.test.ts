import { describe, expect, test } from "vitest";
import { signAccessToken, verifyAccessToken } from "../access-token";

const SECRET = process.env["SUPABASE_JWT_SECRET"] ?? "";
const token = signAccessToken({ sub: "u", role: "authenticated", exp: 2_000_000_000 }, SECRET);

describe("verifyAccessToken", () => {
  test("returns the claims", () => {
    expect(verifyAccessToken(token)).toEqual({ sub: "u", role: "authenticated", exp: 2_000_000_000 });
  });

  test("refuses a token that has expired", () => {
    expect(() => verifyAccessToken(token, new Date(2_000_000_000_000))).toThrow("token expired");
  });

  test("refuses the signature of another secret", () => {
    const other = signAccessToken({ sub: "u", role: "authenticated", exp: 2_000_000_000 }, "another secret");
    expect(() => verifyAccessToken(other)).toThrow("bad signature");
  });

  test.each(["", "a", "a.b", "a.b.c"])("refuses %o", (text) => {
    expect(() => verifyAccessToken(text)).toThrow(/malformed|signature/);
  });
});
