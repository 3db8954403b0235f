import { createHmac, timingSafeEqual } from "node:crypto";
import { requiredEnv } from "@/lib/env";

export interface AccessClaims {
  sub?: string;
  role: string;
  exp: number;
  email?: string;
  app_metadata?: Record<string, unknown>;
}

const signatureOf = (signed: string, secret: string): Buffer => createHmac("sha256", secret).update(signed).digest();

/** Check the signature (HS256) and the expiry of an access token, and return its claims. */
export function verifyAccessToken(token: string, now: Date = new Date()): AccessClaims {
  const [header, payload, signature] = token.split(".");
  if (header === undefined || payload === undefined || signature === undefined) throw new Error("malformed token");

  const expected = signatureOf(`${header}.${payload}`, requiredEnv("SUPABASE_JWT_SECRET"));
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error("bad signature");

  const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as AccessClaims;
  if (claims.exp * 1000 <= now.getTime()) throw new Error("token expired");
  return claims;
}

/** Make a token as the authentication server does. For displays and tests. */
export function signAccessToken(claims: AccessClaims, secret: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${signatureOf(signed, secret).toString("base64url")}`;
}
