import { z } from "zod";
import { GATE_CRITERIA } from "./gate-criteria.ts";
import { TOOL_NAMES } from "./migration-tools/index.ts";
import type { ContextType } from "./pg/context.ts";

/** A token is sent there, so that nobody on the way may read it. */
function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, origin, protocol } = new URL(text);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (protocol === "https:" || (protocol === "http:" && local)) && origin === text.replace(/\/$/, "");
}

const reason = z.string().trim().min(3, "a reason that a colleague understands");
const claimPath = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const contextType = z.enum([
  "text",
  "uuid",
  "integer",
  "bigint",
  "boolean",
  "text[]",
  "uuid[]",
  "integer[]",
  "bigint[]",
] satisfies ContextType[]);

const variable = z.strictObject({
  /** `app_metadata.casino_id`, or an array of keys where a key contains a dot */
  claim: claimPath,
  type: contextType.default("text"),
  /** the separator of an array variable */
  separator: z.string().min(1).default(","),
});

/** A question that `init` could not answer; `plan` stops at it. */
const open = z.literal("open");

const sessionOnly = z.union([
  z.strictObject({
    /** `schema.relation.policy`; `*` matches any text */
    policy: z.string().min(1),
    decision: z.union([z.enum(["claim", "rpc-only", "keep"]), open]),
    reason: z.string().default(""),
  }),
  z.strictObject({
    /** `schema.function`: every policy that reads the variable with it; `*` matches any text */
    function: z.string().min(1),
    decision: z.union([z.enum(["claim", "keep"]), open]),
    reason: z.string().default(""),
  }),
]);

const flag = z.union([
  z.strictObject({ decision: z.literal("remove"), reason }),
  z.strictObject({ decision: z.literal("role"), role: z.string().min(1), reason }),
  z.strictObject({ decision: open }),
]);

/** Whether the requests of today carry claims. */
const requests = z.union([
  /**
   * `reason`: who sets them, and where; `direct`: who sets them on connections past the API of Supabase, or why row
   * security does not bind their login
   */
  z.strictObject({ claims: z.literal("sent"), reason, direct: reason.optional() }),
  /** `plan` stops before a policy would come to depend on claims */
  z.strictObject({ claims: z.literal("none") }),
]);

const verification = z.strictObject({
  /** the owner of rows where no policy shows it: `schema.relation.column` → claim; `*` matches any text */
  tenant: z.record(z.string(), claimPath).default({}),
  /** the relations whose rows every user may read: `public.currency`; `*` matches any text */
  shared: z.record(z.string(), reason).default({}),
  /** the access across tenants that is intended; the first entry that matches counts */
  expected: z
    .array(
      z.strictObject({
        /** the relation or object that opens the access, as named in the report; `*` matches any text */
        object: z.string().min(1),
        /** the class of breach; without it, every class */
        door: z.string().min(1).optional(),
        /**
         * without it, only reads, so that a write that is opened later is a breach; a class that itself names a write
         * needs none
         */
        commands: z
          .array(z.enum(["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "CALL"]))
          .min(1)
          .optional(),
        /** names or classes of personas, as in the report; `*` matches any text; without it, all */
        personas: z.array(z.string().min(1)).min(1).optional(),
        reason,
      }),
    )
    .default([]),
});

/** What `gate` asks of the samples of a target; each number with the default of a careful change. */
const gate = z.strictObject({
  /** hours since the change that are watched without a gap */
  hours: z.number().min(0).default(24),
  /** a longer time between two samples is a gap */
  gapMinutes: z.number().positive().default(10),
  /** a statement that takes so many times as long as before, and reads more blocks, is slower */
  slower: z.number().min(1).default(2),
  /** calls below which nothing is said about the speed of a statement */
  calls: z.number().int().min(1).default(20),
  /**
   * the greatest share of requests that may be refused unseen: with none of n refused, n has to be 3 / share (95 %); 1
   * asks for three requests
   */
  share: z.number().positive().max(1).default(0.001),
  /**
   * results of the project's isolation tests, as JUnit XML or TAP: a file that the run of the emitted tests writes. They
   * have to show that row security applies to their personas
   */
  tests: z.string().min(1).optional(),
  /** criteria that do not count, each waived by a person with a reason */
  waived: z.partialRecord(z.enum(GATE_CRITERIA), z.strictObject({ by: z.string().min(1), reason })).default({}),
});

/** Supabase's logs of a project; the access token is in the environment variable SUPABASE_ACCESS_TOKEN. */
const supabaseLog = z.strictObject({
  /** the reference of the project: the first part of the host name of its API */
  project: z.string().regex(/^[a-z0-9-]+$/, "the reference of a project: lower-case letters and digits"),
  /** the origin of the Management API; the access token is sent there */
  api: z.string().refine(isSafeOrigin, "an origin with https, or on this machine").default("https://api.supabase.com"),
  /** ask by the Supabase CLI, version 3, which has a login of its own, in place of the API: `npx supabase` */
  cli: z.string().min(1).optional(),
});

const target = z.strictObject({
  /** the source of its URL, which contains a password: an environment variable, or a command that prints the URL */
  url: z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ command: z.string().min(1) })], {
    error:
      'a URL contains a password, so the config names where it is: `{ env: "STAGING_URL" }`, or `{ command: "…" }` that prints it',
  }),
  /**
   * another target to which the same plan must have been applied at least so many hours before, and which has not
   * changed since
   */
  after: z
    .strictObject({
      target: z.string().min(1),
      hours: z.number().min(0).default(24),
      /** whether the gate of that target must have passed as well */
      gate: z.boolean().default(false),
    })
    .optional(),
  gate: gate.prefault({}),
  /**
   * where `watch` reads the server's log: a file or folder on this machine, by the server's own functions, or Supabase's
   * logs of a project
   */
  log: z
    .union([
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({ server: z.literal(true) }),
      z.strictObject({ supabase: supabaseLog }),
    ])
    .optional(),
  /** where `watch` keeps its samples: `rlsmith.samples` on the target, or `.rlsmith/watch/` of the project */
  samples: z.enum(["target", "file"]).default("target"),
  /**
   * where `watch` sends a message when a criterion changes its state: a webhook, whose URL is a secret and comes from the
   * environment; `slack`: in the form that incoming webhooks of Slack take
   */
  notify: z
    .strictObject({ url: z.strictObject({ env: z.string().min(1) }), form: z.enum(["json", "slack"]).default("json") })
    .optional(),
  /** the number of people who must have approved the plan */
  requireApprovals: z.number().int().min(0).default(0),
  /** the longest wait for locks in one attempt; it is also kept below the server's deadlock_timeout */
  lockTimeoutMs: z.number().int().min(1).default(2000),
  statementTimeoutMs: z.number().int().min(1).default(30_000),
  /** the time after which no further attempt to acquire the locks is made */
  giveUpAfterSeconds: z.number().min(0).default(120),
});

const suite = z.strictObject({
  /**
   * runs all tests on a database that is made from the migrations folder, and writes the JSON report of vitest or jest
   * to `{report}`: `npx vitest run --reporter=json --outputFile={report}`
   */
  command: z.string().min(1),
  /** the longest run */
  timeoutSeconds: z.number().int().min(1).default(1800),
  /**
   * `path: suite > case`: a case that a person has decided about goes (`delete`), or stays as it is (`keep`), or reads the
   * claim where it read the variable (`claim`); the first entry that matches counts, `*` matches any text
   */
  cases: z.record(z.string(), z.strictObject({ decision: z.enum(["delete", "keep", "claim"]), reason })).default({}),
});

/** The settings of `rlsmith.config.ts`, each with its default. */
export const configSchema = z.strictObject({
  migrations: z
    .strictObject({
      /** relative to the config file */
      folder: z.string().min(1),
      layout: z.enum(TOOL_NAMES).optional(),
      /** the values of psql's variables in the files, `:NAME`, and of the tool's placeholders */
      variables: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  /** the source of claims: `auth.jwt()`, `myschema.claims()`, or `request.jwt.claims` */
  claims: z.string().min(1).default("auth.jwt()"),
  /** whether the requests of today carry claims; if it is omitted, `plan` looks for a use of them in the database */
  requests: requests.optional(),
  /** session variable → claim */
  context: z.record(z.string(), z.union([variable, open])).default({}),
  /** bypass flags, each with a decision */
  flags: z.record(z.string(), flag).default({}),
  /** policies and helpers that read a variable without a claim as its fallback; the first entry that matches counts */
  sessionOnly: z.array(sessionOnly).default([]),
  /** policies that stay unchanged, each with a reason; `*` matches any text */
  keep: z.record(z.string(), reason).default({}),
  /**
   * changes of access that no rule and no decision announces, or that are not settled, each accepted with a reason: for
   * the change that `plan` shows with it, and no other
   */
  accept: z
    .array(
      z.strictObject({
        /** `schema.relation.policy` */
        policy: z.string().min(1),
        /** what `plan` prints: the digest of the policy before and after */
        change: z.string().regex(/^[0-9a-f]{12}$/, "12 hexadecimal digits, as `rlsmith plan` prints them"),
        reason,
      }),
    )
    .default([]),
  /**
   * relations whose access `plan` cannot compare before and after, for want of rows or privileges, each with the reason
   * why it goes on all the same: `public.audit_log`; `*` matches any text
   */
  unrehearsed: z.record(z.string(), reason).default({}),
  /** column defaults that read a variable */
  columnDefaults: z.enum(["report", "rewrite"]).default("report"),
  rules: z
    .strictObject({
      /**
       * rewrite claims that are read from a place of the token that differs from the map; this changes meaning, so a
       * reason is required
       */
      claimPath: z.strictObject({ reason }).optional(),
      /** TO public becomes TO authenticated */
      toAuthenticated: z.boolean().default(false),
      /**
       * merge several permissive policies of one command and role into one; all but one of their names are lost, so it
       * is optional
       */
      mergePermissive: z.boolean().default(false),
      /** a permissive FOR ALL policy that overlaps a SELECT policy becomes one policy for each command */
      splitForAll: z.boolean().default(false),
      /** a permissive policy that is always false: it stays, is dropped, or becomes restrictive */
      denyPolicy: z.enum(["keep", "drop", "restrictive"]).default("keep"),
      /** the InitPlan form: for the policies that another rule changes, or for all of them */
      initplan: z.enum(["touched", "all"]).default("touched"),
      /**
       * the sub-query by which a policy fails with 42P17 becomes a SECURITY DEFINER function: statements that fail today
       * then succeed, so it is optional
       */
      breakRecursion: z.boolean().default(false),
      /** replace a role that is read from the token by a look-up of the active staff row */
      liveRole: z
        .strictObject({
          /** the session variable or claim that holds the role: `app.staff_role` */
          setting: z.string().min(1),
          /** `public.staff` */
          relation: z.string().min(1),
          userColumn: z.string().min(1),
          roleColumn: z.string().min(1),
          /** SQL over the columns of the relation: `status = 'active'` */
          active: z.string().min(1).optional(),
        })
        .optional(),
      /** write the body of a one-expression helper into the policies instead of changing the helper */
      inlineHelpers: z.boolean().default(false),
    })
    .prefault({}),
  /** the relation that supplies the claims; if it is omitted, `rlsmith claims` reads it from the sync trigger */
  claimsSync: z
    .strictObject({
      /** `public.staff` */
      relation: z.string().min(1),
      /** the column that holds the user's id in auth.users */
      user: z.string().min(1),
      /** claim → column, or SQL over the columns of the relation: `"app_metadata.staff_role": "role"` */
      claims: z.record(z.string(), z.string().min(1)),
      /**
       * SQL over the columns of the relation that is true for rows whose claims count: `status = 'active'`; `true` for
       * every row
       */
      active: z.string().min(1).optional(),
    })
    .optional(),
  /** databases that `rlsmith apply` and `rollback` may change, by name */
  targets: z.record(z.string().regex(/^[A-Za-z0-9][\w-]*$/, "a name of letters, digits, _ and -"), target).default({}),
  /**
   * names for groups of relations, for the sections of the migration and `rlsmith apply --by context`:
   * `{ floor: ["public.gaming_table*", "public.rating_slip"] }`
   */
  contexts: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
  /** the facts that `rlsmith verify` needs */
  verify: verification.prefault({}),
  /** the decisions that `rlsmith cleanup` asks for; the first entry that matches counts, `*` matches any text */
  cleanup: z
    .strictObject({
      /**
       * `schema.function`: let it read the claim although it runs without a token or has a constant for requests without
       * one (`claim`), or leave it as it is (`keep`)
       */
      functions: z.record(z.string(), z.strictObject({ decision: z.enum(["claim", "keep"]), reason })).default({}),
      /**
       * `schema.function`: delete calls that also set settings which are not mapped, such as a correlation id. Of a function
       * that the database does not have: its calls in the code go (`delete`, by its whole name), or are of no concern
       * (`keep`)
       */
      calls: z.record(z.string(), z.strictObject({ decision: z.enum(["delete", "keep"]), reason })).default({}),
      /**
       * a file of the application, from the project's folder: its transactions on a direct connection act by the claims
       * that the code makes or takes there, though no token vouches for them (`claims`; `role` is the one that a
       * transaction takes which took none before), or what names a variable there stays (`keep`)
       */
      code: z
        .record(
          z.string(),
          z.discriminatedUnion("decision", [
            z.strictObject({ decision: z.literal("claims"), role: z.string().min(1).optional(), reason }),
            z.strictObject({ decision: z.literal("keep"), reason }),
          ]),
        )
        .default({}),
      /** how `rlsmith cleanup --tests` runs the project's tests; without it they are listed and not touched */
      tests: suite.optional(),
    })
    .prefault({}),
  /** the private schema for helpers that break recursion */
  helperSchema: z.string().min(1).default("rlsmith_private"),
});
