/** The name of every idiom and the reason why it matters: one table for reports and docs. */
export const IDIOMS = {
  "hybrid-coalesce": {
    title: "session variable, else claim",
    why: "two sources of truth for one value: any client that can run SQL can set the variable and act for another tenant",
  },
  "hybrid-coalesce-without-nullif": {
    title: "hybrid without NULLIF",
    why: "after a pooled connection was used the variable is '' and not NULL: the claim is never reached, and ''::uuid raises",
  },
  "bare-current-setting": {
    title: "variable read without NULLIF",
    why: "an empty variable is a value here: the cast raises an error, or the comparison matches no row",
  },
  "current-setting-without-missing-ok": {
    title: "variable read without missing_ok",
    why: "on a connection that never set the variable every statement raises 42704",
  },
  "helper-function": {
    title: "context read through a function",
    why: "the policy depends on what the function reads; changing the function moves every policy that calls it",
  },
  "raw-jwt-claims": {
    title: "token read from its raw setting",
    why: "request.jwt.claims is set by the API gateway and by any client that can run SQL; auth.jwt() states the intent",
  },
  "bypass-flag": {
    title: "off switch in a variable",
    why: "one SET by any client, and the policy allows every row",
  },
  "role-list": {
    title: "role compared with a list",
    why: "roles written into policies have to be changed in every policy; a role in the token is as old as the token",
  },
  "identity-guard": {
    title: "requires a signed-in user",
    why: "auth.uid() IS NOT NULL denies requests without a user, regardless of the other conditions",
  },
  "no-identity-guard": {
    title: "tenancy without a signed-in user",
    why: "no condition reads auth.uid(): a client that knows the tenant's id needs no account",
  },
  "membership-subquery": {
    title: "membership looked up",
    why: "access follows a row of a membership relation at once; its own policies decide what the look-up sees",
  },
  "constant-false": {
    title: "always false",
    why: "permissive policies are ORed: one that is false denies nothing that another allows",
  },
  "tenancy-from-other-relation": {
    title: "tenancy by way of another relation",
    why: "the policy is as tight as the policies of the relation that it queries",
  },
  "fails-open": {
    title: "open without the variable",
    why: "when the variable is unset or empty the condition is true for every row",
  },
  "session-only": {
    title: "variable without a claim to fall back on",
    why: "a request that sets no variable is denied: moving to the claim grants access that was denied, so it needs a decision",
  },
  "array-setting": {
    title: "list in a variable",
    why: "a separated list in the variable is a JSON array in the token",
  },
  "initplan-already": {
    title: "evaluated once a statement",
    why: "reads of the request stand inside (select …), so Postgres evaluates them once and not for every row",
  },
  "bare-auth-call": {
    title: "evaluated for every row",
    why: "auth.uid() or auth.jwt() outside (select …) is called for every row that is scanned",
  },
} as const satisfies Record<string, { title: string; why: string }>;

export type Idiom = keyof typeof IDIOMS;
