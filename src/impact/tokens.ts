import { ToolError } from "../errors.ts";
import { parseJson } from "../db/json.ts";
import type { User, Variables } from "./user.ts";

/** A user as a token shows it; the variables are not known yet. */
export interface TokenHolder extends Omit<User, "variables"> {
  /** of a sampled request; absent: the source of the claims says what they are */
  variables?: Variables;
}

/**
 * The payloads of tokens in a file: one JSON object a line, or one array of them. Several of one user count once each. An
 * object `{"claims": …, "variables": {"app.x": …}}` is a sampled request with what the application set.
 * Throws ToolError (usage); no message holds a part of a token.
 */
export function parseTokens(text: string): TokenHolder[] {
  const payloads = text.trimStart().startsWith("[") ? elementsOf(text) : linesOf(text);
  if (payloads.length === 0) throw bad("holds no token", "write one payload a line, or one JSON array of payloads");
  return payloads.map((text, n) => holderIn(text, n + 1));
}

function holderIn(text: string, place: number): TokenHolder {
  const payload = objectIn(text, place);
  const request = requestIn(payload);
  const token = request?.token ?? payload;
  const { sub, role } = token;
  return {
    id: typeof sub === "string" ? sub : null,
    // PostgREST takes its role for requests without a token where the token names none
    role: typeof role === "string" && role !== "" ? role : "anon",
    claims: request === null ? text : JSON.stringify(token),
    token,
    ...(request === null ? {} : { variables: request.variables }),
  };
}

function requestIn(payload: Record<string, unknown>): { token: Record<string, unknown>; variables: Variables } | null {
  const { claims, variables, ...rest } = payload;
  if (!isObject(claims) || !isObject(variables) || Object.keys(rest).length > 0) return null;
  const texts = Object.entries(variables).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { token: claims, variables: Object.fromEntries(texts) as Variables };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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
    if (isObject(value)) return value;
  } catch {
    // said below, without the text
  }
  throw bad(`has no JSON object as token ${place}`, 'a payload is the decoded middle part of a token: {"sub": …}');
}

const bad = (what: string, hint: string): ToolError =>
  new ToolError("usage", "BAD_TOKENS", `the file of --tokens ${what}`, hint);
