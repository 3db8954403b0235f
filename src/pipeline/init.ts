import { isOpenVariable, sessionOnlyQuestions, type ConfigAnswers, type InferredContext } from "../classify/index.ts";
import type { RuleSetName } from "../rewrite/index.ts";
import { directDrivers, withDirect } from "./direct-drivers.ts";
import { inspectCatalog, type Inspection } from "./inspection.ts";
import type { ClaimChoices, LiveRoleEntry } from "./claim-choices.ts";
import type { RuleOffer } from "./rule-offers.ts";
import type { Source } from "./source.ts";

/** A question that the config leaves open: `plan` stops at it. */
export interface OpenQuestion {
  kind: "variable" | "flag" | "function" | "policy";
  name: string;
}

/** What `init` found out, and what is left to be answered. */
export interface InitFacts {
  inferred: InferredContext;
  /** each variable with the claim that the config gives it, or null */
  mapped: { setting: string; claim: string | null; type: string }[];
  /** the rule sets that would change something */
  offers: readonly RuleOffer[];
  /** those of them that the config chooses */
  chosen: readonly RuleSetName[];
  /** the look-up that the config chooses as `rules.liveRole`; null: the token */
  liveRole: LiveRoleEntry | null;
  /** the claims that decide rights: the token against the row that they are copied from */
  choices: ClaimChoices;
  open: OpenQuestion[];
}

/** What the catalog of a source shows without a config, and the direct connections that its package.json shows. */
export function inspectForInit(source: Source, projectDir: string): Inspection {
  const found = inspectCatalog(source.catalog, null);
  const requests = withDirect(found.inferred.requests, directDrivers(source, projectDir));
  return { ...found, inferred: { ...found.inferred, requests } };
}

/** The facts about a config that `init` writes. Pure. */
export function initFacts(
  { inferred, classified }: Inspection,
  offers: readonly RuleOffer[],
  answers: ConfigAnswers,
  { rules: chosen, liveRole }: Pick<InitFacts, "liveRole"> & { rules: readonly RuleSetName[] },
  choices: ClaimChoices,
): InitFacts {
  const isOpen = (variable: InferredContext["variables"][number]): boolean =>
    isOpenVariable(variable, classified, answers);
  const open: OpenQuestion[] = [
    ...inferred.variables.filter(isOpen).map(({ setting }): OpenQuestion => ({ kind: "variable", name: setting })),
    ...inferred.flags.map(({ setting }): OpenQuestion => ({ kind: "flag", name: setting })),
    ...sessionOnlyQuestions(inferred, classified).flatMap((question): OpenQuestion[] => {
      if (question.kind === "function")
        return answers.functions?.[question.name] ? [] : [{ kind: "function", name: question.name }];
      const { id } = question.policy;
      return answers.decisions[id] ? [] : [{ kind: "policy", name: id }];
    }),
  ];
  const mapped = inferred.variables.map((variable) => ({
    setting: variable.setting,
    claim: isOpen(variable) ? null : (answers.variables[variable.setting]?.claim ?? variable.claim?.join(".") ?? null),
    type: variable.type,
  }));
  return { inferred, mapped, offers, chosen, liveRole, choices, open };
}
