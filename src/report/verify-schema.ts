import { z } from "zod";

/** Everything that `rlsmith verify --format json` prints; the package holds it as a JSON Schema. */
export const verificationSchema = (): z.ZodType => {
  const name = z.string().describe("schema.relation, schema.function(types), or schema.*");
  const command = z.enum(["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "COPY", "CALL"]);
  const personaClass = z.enum(["member", "bad claims", "anon", "other role"]);
  const object = z.strictObject({
    kind: z.enum([
      "table",
      "partition",
      "view",
      "materialized view",
      "sequence",
      "constraint",
      "function",
      "trigger",
      "default privileges",
      "rule",
      "role",
      "large object",
    ]),
    name: z.string(),
  });
  const cause = z
    .looseObject({ kind: z.string() })
    .describe("why nothing can be said: the kind decides, the other fields are its values");
  const outcome = z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("denied"),
      by: z.enum(["no row", "row security", "grant", "malformed claim", "not updatable", "raise"]),
    }),
    z.strictObject({
      kind: z.literal("allowed"),
      own: z.int().min(0),
      foreign: z.int().min(0),
      evidence: z.string().nullable(),
    }),
    z.strictObject({ kind: z.literal("error"), sqlstate: z.string() }),
    z.strictObject({ kind: z.literal("not settled"), cause }),
  ]);
  const breach = z.strictObject({
    id: z.string().describe("the same cause has the same id in every run"),
    kind: z.enum(["tenancy", "token", "oracle", "role", "availability", "grant"]),
    door: z.string().describe("the breach class"),
    relation: name,
    object,
    message: z.string(),
    hint: z.string(),
    command,
    persona: z.string(),
    personaClass,
    attack: z.string(),
    standing: z.string().describe("the state of the session variables"),
    statements: z.array(z.string()),
    commands: z.array(command),
    relations: z.array(name),
    cells: z.int().min(1),
  });
  return z
    .strictObject({
      cells: z.array(
        z.strictObject({
          relation: name,
          through: object,
          command,
          persona: z.string(),
          personaClass,
          attack: z.string(),
          standing: z.string(),
          outcome,
          judgement: z.enum(["held", "breach", "expected", "not settled", "control"]),
        }),
      ),
      cellCount: z.int().min(0),
      format: z.literal("rlsmith-verification"),
      formatVersion: z.literal(2),
      ground: z.enum(["scratch", "live, read-only", "live, writes rolled back"]),
      personas: z.array(
        z.strictObject({ name: z.string(), class: personaClass, role: z.string(), claims: z.string().nullable() }),
      ),
      held: z.int().min(0),
      heldByGrant: z.int().min(0).describe("of `held`, the cells that a missing grant held"),
      breached: z.int().min(0),
      expectedCells: z.int().min(0),
      settlement: z.strictObject({
        triples: z.int().min(0).describe("relations, views and functions × commands × personas"),
        settled: z.int().min(0),
        share: z.number().min(0).max(1),
      }),
      notSettled: z.array(z.strictObject({ cause, cells: z.int(), triples: z.int(), why: z.string() })),
      heat: z.array(
        z.strictObject({
          relation: name,
          command,
          personaClass,
          held: z.int(),
          heldByGrant: z.int(),
          breach: z.int(),
          expected: z.int(),
          notSettled: z.int(),
          notTried: z.int(),
          ownerUnknown: z.int(),
          control: z.int(),
        }),
      ),
      breaches: z.array(breach),
      expected: z.array(breach.extend({ reason: z.string() })),
      withoutRows: z.array(name),
      conclusive: z.boolean().describe("false: without a breach it is no pass, and the exit code is 3"),
      notes: z.array(z.strictObject({ code: z.string(), about: name.optional(), message: z.string() })),
      rows: z.array(z.string()).describe("the statements that insert the rows which the breaches name"),
      seconds: z.number(),
      platform: z.looseObject({}).nullable().optional().describe("the platform that the scratch database reproduces"),
      comparison: z.looseObject({}).optional().describe("with --compare"),
    })
    .meta({ title: "rlsmith verify --format json" });
};
