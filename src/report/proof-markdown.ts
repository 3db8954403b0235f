import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";
import type { MigrationProof, Objection, PolicyVerdict } from "../prove/index.ts";
import { failedBefore } from "./failed-before.ts";
import { objectionText } from "./objection.ts";
import { verdictTable } from "./proof-terminal.ts";
import { singleLined } from "./single-lined.ts";
import { tellShort } from "./witness.ts";
import { fenced, markdownText } from "./visible.ts";

/**
 * The whole proof of a migration, for `.rlsmith/proof.md`: assumptions as SQL, acceptances, every policy, every
 * difference with its witness.
 */
export function proofMarkdown(proved: MigrationProof, objections: readonly Objection[]): string {
  const { proof, found } = singleLined({ proof: proved, found: objections });
  const names = proof.assumptions.map(({ name }) => name || "nothing assumed");
  const lines = [
    "# Proof",
    "",
    ...fenced(verdictTable(proof.access)),
    "",
    ...failedBefore(proof.access).flatMap((line) => [line, ""]),
    "## What each regime assumes",
    "",
    ...proof.assumptions.flatMap(({ name, conditions }) => [
      `**${markdownText(name || "nothing")}**`,
      "",
      ...fenced([conditions.map((condition) => `(${condition})`).join("\nand ")], "sql"),
      "",
    ]),
    "## Not equivalent or tighter",
    "",
    ...(found.length === 0
      ? ["Nothing."]
      : ["| policy | regime | component | verdict | accepted by |", "|---|---|---|---|---|"]),
    ...found.map(
      ({ policy, regime, component, decision, why, answer }) =>
        `| ${[policy, regime, component, decision, answer ? `${answer.by}: ${answer.reason}` : `not accepted: ${objectionText(why)}`].map(markdownText).join(" | ")} |`,
    ),
    "",
    "## Policies",
    "",
    `| policy | ${names.map(markdownText).join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    ...[...groupBy(proof.policies, ({ policy }) => policy)].map(([policy, verdicts]) => row(policy, verdicts, proof)),
    "",
    "## Differences of access, each with a witness that PostgreSQL confirmed",
    "",
  ];
  for (const verdict of proof.access)
    for (const witness of verdict.witnesses)
      if (witness.change === "lost" || witness.change === "gained")
        lines.push(
          `- ${markdownText(`${verdict.assumption}, ${nameKey(verdict.relation)} ${verdict.component}, ${verdict.decision}: ${tellShort(witness)}`)}`,
        );
  return `${lines.join("\n")}\n`;
}

/** Decisions of one policy by regime; several if its components differ. */
function row(policy: string, verdicts: readonly PolicyVerdict[], proof: MigrationProof): string {
  const cells = proof.assumptions.map(({ name }) => {
    const here = verdicts.filter(({ assumption }) => assumption === name);
    const decisions = [...groupBy(here, ({ decision }) => decision)];
    return decisions.length === 1
      ? (decisions[0]?.[0] ?? "")
      : decisions
          .map(([decision, list]) => `${decision} (${list.map(({ component }) => component).join(", ")})`)
          .join("; ");
  });
  return `| ${[policy, ...cells].map(markdownText).join(" | ")} |`;
}
