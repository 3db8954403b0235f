import type { ClaimChoices, LiveRoleEntry } from "../pipeline/claim-choices.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import type { RuleSetLine } from "../classify/index.ts";
import type { RuleSetName } from "../rewrite/index.ts";
import { liveRoleLines } from "./claim-choices.ts";
import { counted } from "./counted.ts";

/** What a rule set would bring, as measured: `14 policies; 38 function calls a row become calls once a statement; …`. */
export const measureText = ({ policies, callsPerRow, advisor, effect }: RuleOffer): string =>
  [
    counted(policies.length, "policy", "policies"),
    ...(callsPerRow > 0
      ? [
          `${counted(callsPerRow, "function call")} a row ${callsPerRow === 1 ? "becomes a call" : "become calls"} once a statement`,
        ]
      : []),
    ...advisor.map(({ lint, count }) => `closes ${counted(count, "finding")} of Supabase's advisor (${lint})`),
    ...(effect === null ? [] : [effect]),
  ].join("; ");

/** The offer of a rule set, in one line. */
export const offerText = (offer: RuleOffer): string =>
  `\`rlsmith plan --rules ${offer.name}\` would change ${measureText(offer)}`;

/** The rule sets, and the live rows that can be looked up, as the config lists them. */
export const ruleSetLines = (
  offers: readonly RuleOffer[],
  chosen: readonly RuleSetName[],
  choices: ClaimChoices,
  liveRole: LiveRoleEntry | null,
): RuleSetLine[] => [
  ...offers.map((offer) => ({
    setting: offer.setting,
    measure: `${offer.title}: ${measureText(offer)}`,
    chosen: chosen.includes(offer.name),
  })),
  ...liveRoleLines(choices, liveRole),
];
