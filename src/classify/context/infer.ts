import type { Catalog } from "../../pg/catalog.ts";
import { samePath, type ClaimsSource } from "../../pg/context.ts";
import type { PolicyId } from "../../pg/policy.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { claimConflicts } from "./conflicts.ts";
import { evidenceFor, type Evidence } from "./evidence.ts";
import type { FunctionFacts } from "../functions/index.ts";
import { typeOf } from "./infer-type.ts";
import { tokenFunctions } from "../functions/index.ts";
import type { InferredContext, InferredVariable } from "./inferred.ts";
import { inferRequests } from "./requests.ts";

/**
 * The claim that replaces each variable, inferred from hybrid pairs in policies and function bodies, from functions
 * that set variables, and from the claims sync. Pure. `facts` are in the order of the catalog.
 */
export function inferContext(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): InferredContext {
  const flags = new Map<string, Set<PolicyId>>();
  for (const policy of classified)
    for (const flag of policy.flags) flags.set(flag, (flags.get(flag) ?? new Set()).add(policy.id));
  const settings = [...new Set(classified.flatMap((policy) => policy.reads.map((read) => read.setting)))]
    .filter((setting) => !flags.has(setting))
    .toSorted();
  const variables: InferredVariable[] = [];
  const questions: InferredContext["questions"] = [];
  for (const setting of settings) {
    const evidence = evidenceFor(setting, catalog, classified, facts);
    const { claim, certain, question } = holdsDocument(setting, classified)
      ? open(
          `\`${setting}\` holds a JSON document, and a variable is replaced by one claim: which of its keys do the policies read?`,
        )
      : judge(setting, evidence);
    const { type, separator } = typeOf(setting, catalog, classified, facts);
    variables.push({ setting, claim, type, separator, evidence: evidence.map(({ text }) => text), certain });
    if (question !== null) questions.push({ setting, question });
  }
  const claims = sourceOf(catalog);
  return {
    variables,
    flags: [...flags]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([setting, policies]) => ({
        setting,
        evidence: [`switches off ${some(policies)}`],
      })),
    claims,
    requests: inferRequests(catalog, claims),
    conflicts: claimConflicts(classified, facts, variables),
    questions,
  };
}

const some = (policies: ReadonlySet<PolicyId>): string => {
  const [first, ...rest] = policies;
  return rest.length === 0 ? `policy ${first}` : `${policies.size} policies (${first}, …)`;
};

interface Judgement {
  claim: string[] | null;
  certain: boolean;
  question: string | null;
}

const open = (question: string, claim: string[] | null = null): Judgement => ({ claim, certain: false, question });

const holdsDocument = (setting: string, classified: readonly ClassifiedPolicy[]): boolean =>
  classified.some((policy) =>
    policy.reads.some((read) => read.setting === setting && (read.cast === "jsonb" || read.cast === "json")),
  );

/** The strongest evidence decides; if the strongest evidence contradicts itself, nothing is certain. */
function judge(setting: string, evidence: readonly Evidence[]): Judgement {
  const pairs = evidence.filter((one) => one.kind === "pair");
  const [pair] = pairs.toSorted((a, b) => b.weight - a.weight);
  if (pair) {
    if (pairs.every((one) => samePath(one.claim, pair.claim)))
      return { claim: pair.claim, certain: true, question: null };
    const named = [...new Set(pairs.map((one) => `\`${one.claim.join(".")}\``))].join(" and ");
    return open(`\`${setting}\` is paired with ${named}: which of them is it?`, pair.claim);
  }
  const synced = evidence.filter((one) => one.kind === "synced");
  const [sync] = synced;
  if (sync && synced.every((one) => samePath(one.claim, sync.claim)))
    return { claim: sync.claim, certain: true, question: null };
  if (sync)
    return open(
      `\`${setting}\` may be ${synced.map((one) => `\`${one.claim.join(".")}\``).join(" or ")}: which of them is it?`,
      sync.claim,
    );
  const [hint] = evidence.filter((one) => one.kind === "hint").toSorted((a, b) => b.weight - a.weight);
  return hint
    ? open(`is \`${setting}\` replaced by \`${hint.claim.join(".")}\`? (${hint.text})`, hint.claim)
    : open(`which claim replaces \`${setting}\`? the database holds no evidence`);
}

/** auth.jwt() if it exists, otherwise a function of the project that returns the token, otherwise the raw setting. */
function sourceOf(catalog: Catalog): ClaimsSource {
  const jwt: ClaimsSource = { kind: "function", schema: "auth", name: "jwt" };
  if (catalog.functions.some((fn) => fn.schema === jwt.schema && fn.name === jwt.name)) return jwt;
  const [own] = tokenFunctions(catalog, jwt);
  return own
    ? { kind: "function", schema: own.schema, name: own.name }
    : { kind: "setting", setting: "request.jwt.claims" };
}
