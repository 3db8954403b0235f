import type { ClaimChoices } from "../pipeline/claim-choices.ts";
import type { InitFacts, OpenQuestion } from "../pipeline/init.ts";
import { describeLocation } from "../finding.ts";
import { choiceLines, type Layout } from "./claim-choices.ts";
import { counted } from "./counted.ts";
import { measureText } from "./rule-offers.ts";
import { oneLine } from "./visible.ts";

/** How many open questions are named. */
const MOST = 10;

const KINDS: Readonly<Record<OpenQuestion["kind"], readonly [string, string?]>> = {
  variable: ["variable without a claim", "variables without a claim"],
  flag: ["bypass flag"],
  function: ["function that reads a variable and no claim", "functions that read a variable and no claim"],
  policy: ["policy that reads a variable and no claim", "policies that read a variable and no claim"],
};

/** The token and the live row, as they are shown before the question which of them counts. */
export const choicesText = (choices: ClaimChoices, layout: Layout): string =>
  choiceLines(choices, layout).map(oneLine).join("\n");

/**
 * What init found: the mapping, conflicts, the rule sets that are off, the choices, and what is open. `isAsked`: the
 * choices were shown before.
 */
export function initText(
  { mapped, inferred, offers, chosen, liveRole, choices, open }: InitFacts,
  layout: Layout,
  isAsked: boolean,
): string {
  const { direct = [] } = inferred.requests;
  const off = offers.filter(({ name }) => !chosen.includes(name));
  const kinds = (["variable", "flag", "function", "policy"] as const).flatMap((kind) => {
    const count = open.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [counted(count, ...KINDS[kind])];
  });
  return [
    ...mapped.map(({ setting, claim, type }) =>
      claim !== null
        ? `✓ ${setting} → ${claim} : ${type}`
        : open.some(({ kind, name }) => kind === "variable" && name === setting)
          ? `? ${setting} → open : ${type}`
          : `✓ ${setting} needs no claim (\`sessionOnly\`)`,
    ),
    ...inferred.conflicts.map((conflict) => `! ${describeLocation(conflict.at)}: ${conflict.message}`),
    ...(direct.length === 0
      ? []
      : [
          `! package.json names ${direct.join(", ")}: a direct connection has no claims unless the application sets them (\`requests.direct\` of the config)`,
        ]),
    ...off.map((offer) => `off ${offer.name}: ${measureText(offer)}`),
    ...(liveRole === null
      ? []
      : [`✓ ${liveRole.setting} is looked up in ${liveRole.relation} for each statement (\`rules.liveRole\`)`]),
    ...(isAsked ? [] : choiceLines(choices, layout)),
    ...(kinds.length === 0 ? [] : [`open: ${kinds.join(", ")}`]),
    ...open.slice(0, MOST).map(({ name }) => `  ${name}`),
    ...(open.length > MOST ? [`  … and ${open.length - MOST} more: each is marked "open" in rlsmith.config.ts`] : []),
  ]
    .map(oneLine)
    .join("\n");
}

/** The next command after init, or what has to be answered before it. */
export function initNext({ open, inferred }: InitFacts): string {
  const steps = [
    ...(open.length === 0 ? [] : ['answer what is marked "open" in rlsmith.config.ts']),
    ...(inferred.requests.claims === "sent" ? [] : ["let the requests send claims, or say in `requests` who does"]),
  ];
  return [...steps, "`rlsmith plan`"].join(", then ");
}
