import { ToolError } from "../errors.ts";
import { parseJson } from "../db/json.ts";
import type { User } from "./user.ts";

/** A user as a token shows it; the variables are not known yet. */
export type TokenHolder = Omit<User, "variables">;

/**
 * The payloads of tokens in a file: one JSON object a line, or one array of them. Several of one user count once each.
 * Throws ToolError (usage); no message holds a part of a token.
 */
export function parseTokens(text: string): TokenHolder[] {
  const payloads = text.trimStart().startsWith("[") ? elementsOf(text) : linesOf(text);
  if (payloads.length === 0) throw bad("holds no token", "write one payload a line, or one JSON array of payloads");
  return payloads.map((claims, n) => {
    const token = objectIn(claims, n + 1);
    const { sub, role } = token;
    return {
      id: typeof sub === "string" ? sub : null,
      // PostgREST takes its role for requests without a token where the token names none
      role: typeof role === "string" && role !== "" ? role : "anon",
      claims,
      token,
    };
  });
}

const linesOf = (text: string): string[] =>
  text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));

function elementsOf(text: string): string[] {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    throw bad("is not JSON", "write one payload a line, or one JSON array of payloads");
  }
  const payloads = (all as unknown[]).map((one) => JSON.stringify(one));
  if (JSON.stringify(parseJson(text)) !== JSON.stringify(all))
    throw bad("holds a number that JavaScript would round", "write one payload a line, which is passed on as it is");
  return payloads;
}

function objectIn(text: string, place: number): Record<string, unknown> {
  try {
    const value = parseJson(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below, without the text
  }
  throw bad(`has no JSON object as token ${place}`, 'a payload is the decoded middle part of a token: {"sub": …}');
}

const bad = (what: string, hint: string): ToolError =>
  new ToolError("usage", "BAD_TOKENS", `the file of --tokens ${what}`, hint);
