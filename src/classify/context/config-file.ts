import { groupBy } from "../../pg/group-by.ts";
import type { ClaimsSource, ContextType } from "../../pg/context.ts";
import { nameKey } from "../../pg/name.ts";
import type { PolicyId } from "../../pg/policy.ts";
import type { ClassifiedPolicy, PolicyRead } from "../classify.ts";
import type { InferredContext, InferredVariable } from "./inferred.ts";

export interface ConfigFileOptions {
  /** relative to the config file; null for a project whose catalog is read from a live database */
  migrationsFolder: string | null;
  layout: string | null;
  /** the values of variables in the migrations */
  variables?: Readonly<Record<string, string>>;
  answers?: ConfigAnswers;
}

/** The answers of the user on the terminal. */
export interface ConfigAnswers {
  variables: Record<string, { claim: string; type: ContextType }>;
  decisions: Partial<Record<PolicyId, { decision: "claim" | "rpc-only" | "keep"; reason: string }>>;
}

/**
 * The text of rlsmith.config.ts: inferred entries with their evidence as comments, answered entries, and the others
 * marked open.
 */
export function renderConfig(
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
  options: ConfigFileOptions,
): string {
  const { migrationsFolder, layout } = options;
  const answers = options.answers ?? { variables: {}, decisions: {} };
  const lines = [`import { defineConfig } from "rlsmith";`, "", "export default defineConfig({"];
  if (migrationsFolder !== null)
    lines.push(
      `  migrations: { folder: ${text(migrationsFolder)}${layout === null ? "" : `, layout: ${text(layout)}`}${variablesText(options.variables ?? {})} },`,
    );
  lines.push(`  claims: ${text(claimsText(inferred.claims))},`, ...requestsLines(inferred), "");
  lines.push(
    comment(2, "The claim that replaces each session variable, and the evidence in the database."),
    ...(inferred.variables.some((variable) => isOpen(variable, answers))
      ? [comment(2, '`"open"` marks a question: `rlsmith plan` stops at it until a claim is written there.')]
      : []),
    "  context: {",
    ...inferred.variables.flatMap((variable) => variableLines(variable, inferred, answers)),
    "  },",
  );
  if (inferred.flags.length > 0)
    lines.push(
      "",
      comment(2, "Variables by which a client can switch policies off. Decide each:"),
      comment(2, '{ decision: "remove", reason: "…" } or { decision: "role", role: "…", reason: "…" }.'),
      "  flags: {",
      ...inferred.flags.flatMap(({ setting, evidence }) => [
        ...evidence.map((one) => comment(4, one)),
        `    ${text(setting)}: { decision: "open" },`,
      ]),
      "  },",
    );
  const undecided = sessionOnlyLines(inferred, classified, answers);
  if (undecided.length > 0)
    lines.push(
      "",
      comment(
        2,
        "Policies and functions that read a variable and no claim: a request that sets none is denied today. Decide each, with a reason:",
      ),
      comment(2, "`claim`: the claim replaces the variable: such a request is allowed if its token holds the claim."),
      comment(
        2,
        "`rpc-only`: the permissive write policy is dropped: only SECURITY DEFINER functions write (policies only, not helpers).",
      ),
      comment(2, "`keep`: it stays as it is."),
      comment(2, "The first entry that matches applies; `*` matches any text."),
      "  sessionOnly: [",
      ...undecided,
      "  ],",
    );
  return `${[...lines, "});"].join("\n")}\n`;
}

function variablesText(variables: Readonly<Record<string, string>>): string {
  const values = Object.entries(variables).map(([name, value]) => `${text(name)}: ${text(value)}`);
  return values.length === 0 ? "" : `, variables: { ${values.join(", ")} }`;
}

/** How many places that read or set the claims are named. */
const MOST_EVIDENCE = 3;

function requestsLines({ requests: { claims, evidence } }: InferredContext): string[] {
  const shown = evidence.slice(0, MOST_EVIDENCE);
  const more = evidence.length > shown.length ? `, and ${evidence.length - shown.length} more` : "";
  if (claims === "sent") return [`  requests: { claims: "sent", reason: ${text(`${shown.join(", ")}${more}`)} },`];
  return [
    comment(2, `${shown.join(", ")}: a policy that reads claims denies every request of today.`),
    comment(2, '`rlsmith plan` stops until the requests send them: { claims: "sent", reason: "…" }'),
    `  requests: { claims: "none" },`,
  ];
}

const isOpen = (variable: InferredVariable, answers: ConfigAnswers): boolean =>
  answers.variables[variable.setting] === undefined && !(variable.certain && variable.claim !== null);

function variableLines(variable: InferredVariable, inferred: InferredContext, answers: ConfigAnswers): string[] {
  const evidence = variable.evidence.map((one) => comment(4, one));
  const answer = answers.variables[variable.setting];
  if (answer)
    return [
      ...evidence,
      comment(4, "answered on the terminal"),
      `    ${text(variable.setting)}: { claim: ${text(answer.claim)}, type: ${text(answer.type)}${separator(variable)} },`,
    ];
  if (isOpen(variable, answers) || variable.claim === null) {
    const question = inferred.questions.find(({ setting }) => setting === variable.setting)?.question;
    const proposal =
      variable.claim === null
        ? []
        : [comment(4, `perhaps { claim: ${claimText(variable.claim)}, type: ${text(variable.type)} }`)];
    return [
      ...evidence,
      ...proposal,
      `    ${text(variable.setting)}: "open", // question: ${oneLine(question ?? "which claim replaces it?")}`,
    ];
  }
  return [
    ...evidence,
    `    ${text(variable.setting)}: { claim: ${claimText(variable.claim)}, type: ${text(variable.type)}${separator(variable)} },`,
  ];
}

const separator = ({ separator, type }: InferredVariable): string =>
  separator !== null && separator !== "," && type.endsWith("[]") ? `, separator: ${text(separator)}` : "";

/**
 * One entry for each helper, and one for each policy that itself reads a variable. Policies that never allow a row need
 * no entry.
 */
function sessionOnlyLines(
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
  answers: ConfigAnswers,
): string[] {
  const flags = new Set(inferred.flags.map(({ setting }) => setting));
  const live = classified.filter((policy) => !(policy.policy.permissive && policy.idioms.includes("constant-false")));
  const undecided = live.flatMap((policy) =>
    policy.reads.flatMap((read) => (!read.hasClaimFallback && !flags.has(read.setting) ? [{ policy, read }] : [])),
  );
  const through = undecided.filter(({ read }) => read.through.length > 0);
  const direct = undecided.filter(({ read }) => read.through.length === 0);
  const lines: string[] = [];
  for (const [name, uses] of groupBy(through, ({ read }) => read.through.at(-1) ?? "")) {
    const policies = new Set(uses.map(({ policy }) => policy.id));
    const count = policies.size === 1 ? `policy ${uses[0]?.policy.id} reads` : `${policies.size} policies read`;
    lines.push(
      comment(
        4,
        `${count} ${settingsOf(uses.map(({ read }) => read))} through it: may the claim alone open ${policies.size === 1 ? "it" : "them"}?`,
      ),
      `    { function: ${text(name)}, decision: "open" },`,
    );
  }
  for (const [id, uses] of groupBy(direct, ({ policy }) => policy.id)) {
    const answer = answers.decisions[id];
    const policy = uses[0]?.policy.policy;
    const about = `${policy?.command ?? ""}: reads ${settingsOf(uses.map(({ read }) => read))} and no claim for it`;
    const said = policy?.comment ? [comment(4, `its comment: ${policy.comment}`)] : [];
    lines.push(
      comment(4, about),
      ...said,
      answer
        ? `    { policy: ${text(id)}, decision: ${text(answer.decision)}, reason: ${text(answer.reason)} },`
        : `    { policy: ${text(id)}, decision: "open" },`,
    );
  }
  return lines;
}

const settingsOf = (reads: readonly PolicyRead[]): string => [...new Set(reads.map((read) => read.setting))].join(", ");

const claimsText = (source: ClaimsSource): string =>
  source.kind === "function" ? `${nameKey(source)}()` : source.setting;

/** A path in the form that the config accepts: dotted, or an array of keys where a key contains a dot. */
const claimText = (path: readonly string[]): string =>
  path.some((key) => key.includes(".") || key === "") ? `[${path.map(text).join(", ")}]` : text(path.join("."));

const text = (value: string): string =>
  JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

// U+2028 and U+2029 end a line comment, too.
const oneLine = (value: string): string => value.replaceAll(/[\s\u2028\u2029]+/gu, " ").trim();

const comment = (indent: number, value: string): string => `${" ".repeat(indent)}// ${oneLine(value)}`;
