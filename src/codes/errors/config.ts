import type { ErrorPage } from "../page.ts";

/** Errors in rlsmith.config.ts. */
export const CONFIG_ERRORS = {
  NO_CONFIG: {
    kind: "config",
    title: "the project has no rlsmith.config.ts",
    why: "The command needs the context map: which session variable holds which claim.",
    todo: ["Run `rlsmith init`, which writes a config from what it finds in the database."],
  },
  NO_SUCH_CONFIG: {
    kind: "config",
    title: "the config file named by `--config` does not exist",
    why: "A config that was named is never replaced by another one.",
    todo: ["Check the path, or run `rlsmith init`."],
  },
  CONFIG_FAILED: {
    kind: "config",
    title: "the config file cannot be loaded",
    why: "It is executed as TypeScript. It has a syntax error, imports a module that does not exist, raised an error, or has no default export.",
    todo: ["Correct what the message names. The file must export `defineConfig({ … })` as its default."],
  },
  INVALID_CONFIG: {
    kind: "config",
    title: "a setting of the config is not valid",
    why: "It is unknown, has the wrong type, or names a relation, column or function that does not exist. The message gives the path of the setting.",
    todo: ["Correct the setting. `rlsmith init` writes a config in which every setting is explained."],
  },
  CLAIMS_SOURCE_MISSING: {
    kind: "config",
    title: "`claims` in the config names a function that the database does not have",
    why: "The policies would read the token with this function, and no statement that creates them would succeed. `auth.jwt()` exists on Supabase alone. rlsmith looks in the migrations of the project, or in the database that `--db` names. A function of an extension counts only if a policy calls it. Nothing was written.",
    todo: [
      'Write `claims: "request.jwt.claims"` in rlsmith.config.ts if the gateway or the application sets this setting, as PostgREST does.',
      'Or create a function without arguments that returns the claims as `jsonb`, in a migration of its own, and name it: `claims: "app.claims()"`.',
    ],
  },
  NO_SUCH_ROLE: {
    kind: "config",
    title: "the policies are to name a role that does not exist",
    why: "`flags` replaces a bypass flag by membership in a database role, and `rules.toAuthenticated` names `authenticated`. The policies could not be created without it.",
    todo: ["Create the role in a migration first, or decide `remove` for the flag, or leave the rule off."],
  },
  DECISION_DOES_NOT_FIT: {
    kind: "config",
    title: "a decision under `sessionOnly` does not fit its policy",
    why: "`rpc-only` drops a permissive policy that lets clients write, so that only SECURITY DEFINER functions write. Dropping a SELECT policy would take reads away, and dropping a restrictive policy would open access.",
    todo: ["Decide `claim` or `keep` for this policy."],
  },
  DECLARED_NOT_THERE: {
    kind: "config",
    title: "`verify` in the config names something that does not exist",
    why: "An exception that matches nothing would hide a misspelling.",
    todo: [
      "Correct the name, with its schema: `public.price` for a relation, `public.price.org_id` for a column.",
      "Or remove the entry.",
    ],
  },
  UNKNOWN_CLAIMS_SOURCE: {
    kind: "config",
    title: "`--fix` does not know which relation feeds the claims",
    why: "No trigger could be read that copies columns into the claims. A trigger written from a guess could give a user another tenant's claims.",
    todo: ["Declare `claimsSync` in rlsmith.config.ts."],
  },
  UNKNOWN_ACTIVE_ROWS: {
    kind: "config",
    title: "`--fix` does not know which rows give claims",
    why: "The trigger writes the claims under a condition that does not depend on the row alone. A back-fill could give claims to members who are deactivated.",
    todo: [
      "Declare `claimsSync.active` in rlsmith.config.ts: SQL over the columns of the source, or `true` if every row gives claims.",
    ],
  },
  NO_CONTEXTS: {
    kind: "config",
    title: "`--by context` needs groups, and the config names none",
    why: "`contexts` in rlsmith.config.ts gives each group of relations a name.",
    todo: ["Add the groups, or use `--by relation` or `--by 5`."],
  },
  BAD_CONTEXTS: {
    kind: "config",
    title: "a group of `contexts` has a reserved name",
    why: "`functions` and `everything else` are groups that rlsmith makes itself.",
    todo: ["Give the group another name."],
  },
} as const satisfies Record<string, ErrorPage>;
