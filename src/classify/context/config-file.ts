import type { ClaimsSource } from "../../pg/context.ts";
import { nameKey } from "../../pg/name.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import type { Answer, ConfigAnswers } from "./config-answers.ts";
import type { InferredContext, InferredVariable } from "./inferred.ts";
import { needsClaim } from "./needs-claim.ts";
import { sessionOnlyQuestions } from "./session-only.ts";

export interface ConfigFileOptions {
  /** relative to the config file; null for a project whose catalog is read from a live database */
  migrationsFolder: string | null;
  layout: string | null;
  /** the values of variables in the migrations */
  variables?: Readonly<Record<string, string>>;
  answers?: ConfigAnswers;
  /** the rule sets that would change something in this project */
  ruleSets?: readonly RuleSetLine[];
}

/** A rule set as the config names it. */
export interface RuleSetLine {
  /** `splitForAll: true` */
  setting: string;
  /** what it would change, in words */
  measure: string;
  chosen: boolean;
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
    ...(inferred.variables.some((variable) => isOpen(variable, classified, answers))
      ? [
          comment(
            2,
            '`"open"` marks a question: `rlsmith plan` stops at it until a claim is written there, or all that reads the variable is kept under `sessionOnly`.',
          ),
        ]
      : []),
    "  context: {",
    ...inferred.variables.flatMap((variable) => variableLines(variable, inferred, classified, answers)),
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
      comment(2, "Policies and functions that read a variable and no claim for it. Decide each, with a reason:"),
      comment(2, "`claim`: the claim replaces the variable: the token alone decides, with or without the variable."),
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
  return `${[...lines, ...ruleLines(options.ruleSets ?? []), "});"].join("\n")}\n`;
}

function variablesText(variables: Readonly<Record<string, string>>): string {
  const values = Object.entries(variables).map(([name, value]) => `${text(name)}: ${text(value)}`);
  return values.length === 0 ? "" : `, variables: { ${values.join(", ")} }`;
}

/** How many places that read or set the claims are named. */
const MOST_EVIDENCE = 3;

function requestsLines({ requests: { claims, evidence, direct = [] } }: InferredContext): string[] {
  const shown = evidence.slice(0, MOST_EVIDENCE);
  const more = evidence.length > shown.length ? `, and ${evidence.length - shown.length} more` : "";
  const path = [
    comment(
      2,
      `package.json names ${direct.join(", ")}: a direct connection has no claims unless the application sets them.`,
    ),
    comment(2, 'Say who does, or why row security does not bind its login: requests: { …, direct: "…" }'),
  ];
  if (claims === "sent")
    return [
      ...(direct.length === 0 ? [] : path),
      `  requests: { claims: "sent", reason: ${text(`${shown.join(", ")}${more}`)} },`,
    ];
  return [
    comment(2, `${shown.join(", ")}: a policy that reads claims denies every request of today.`),
    comment(2, '`rlsmith plan` stops until the requests send them: { claims: "sent", reason: "…" }'),
    `  requests: { claims: "none" },`,
  ];
}

/** True if the config has to leave the variable open. */
export const isOpen = (
  variable: InferredVariable,
  classified: readonly ClassifiedPolicy[],
  answers: ConfigAnswers,
): boolean => hasNoClaim(variable, answers) && needsClaim(variable, classified, answers);

const hasNoClaim = (variable: InferredVariable, answers: ConfigAnswers): boolean =>
  answers.variables[variable.setting] === undefined && !(variable.certain && variable.claim !== null);

function variableLines(
  variable: InferredVariable,
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
  answers: ConfigAnswers,
): string[] {
  const evidence = variable.evidence.map((one) => comment(4, one));
  const answer = answers.variables[variable.setting];
  if (answer)
    return [
      ...evidence,
      comment(4, "answered on the terminal"),
      `    ${text(variable.setting)}: { claim: ${text(answer.claim)}, type: ${text(answer.type)}${separator(variable)} },`,
    ];
  if (hasNoClaim(variable, answers) && !needsClaim(variable, classified, answers))
    return [...evidence, comment(4, `${variable.setting}: no claim replaces it, see \`sessionOnly\``)];
  if (hasNoClaim(variable, answers) || variable.claim === null) {
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
 * One entry for each helper, and one for each policy that itself reads a variable.
 */
function sessionOnlyLines(
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
  answers: ConfigAnswers,
): string[] {
  const lines: string[] = [];
  for (const question of sessionOnlyQuestions(inferred, classified)) {
    const settings = question.settings.join(", ");
    if (question.kind === "function") {
      const { name, policies } = question;
      const count = policies.length === 1 ? `policy ${policies[0]} reads` : `${policies.length} policies read`;
      const them = policies.length === 1 ? "it" : "them";
      lines.push(comment(4, `${count} ${settings} through it: may the claim alone open ${them}?`));
      lines.push(entry("function", name, answers.functions?.[name]));
      continue;
    }
    const { policy } = question;
    lines.push(comment(4, `${policy.policy.command}: reads ${settings} and no claim for it`));
    if (policy.policy.comment) lines.push(comment(4, `its comment: ${policy.policy.comment}`));
    lines.push(entry("policy", policy.id, answers.decisions[policy.id]));
  }
  return lines;
}

const entry = (kind: "policy" | "function", name: string, answer: Answer | undefined): string =>
  answer
    ? `    { ${kind}: ${text(name)}, decision: ${text(answer.decision)}, reason: ${text(answer.reason)} },`
    : `    { ${kind}: ${text(name)}, decision: "open" },`;

/** The rule sets that would change something: those that were chosen, and the others as comments, each with its measure. */
function ruleLines(sets: readonly RuleSetLine[]): string[] {
  if (sets.length === 0) return [];
  return [
    "",
    comment(
      2,
      "Rules beyond the move to claims, and what each would change in this project. None is needed for the move.",
    ),
    comment(
      2,
      "Measured as after the move: each variable has a claim, each question is decided for it, no flag is left.",
    ),
    "  rules: {",
    ...sets.map(({ setting, measure, chosen }) => `    ${chosen ? "" : "// "}${setting}, // ${oneLine(measure)}`),
    "  },",
  ];
}

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
