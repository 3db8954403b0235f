import { accessMatrix, type AccessMatrix } from "../access/index.ts";
import { approvalsOf, type Approval } from "../apply/index.ts";
import {
  analyseFunctions,
  claimUses,
  classify,
  functionIndex,
  reach,
  type ClaimUse,
  type FunctionFacts,
} from "../classify/index.ts";
import { claimsSourceOf, contextMapOf, contextsOf, type Config } from "../config.ts";
import type { DocumentPart } from "../document-parts.ts";
import { linesOf, readEvidence, type Line } from "../evidence/index.ts";
import type { Role } from "../pg/catalog.ts";
import { samePath, type ClaimsSource, type ContextMap } from "../pg/context.ts";
import { functionKey, nameKey, type FunctionKey } from "../pg/name.ts";
import { planPath, readStoredPlan, type StoredPlan } from "../plan/index.ts";
import { inferTenant, type Tenant } from "../prove/index.ts";
import type { Source } from "./source.ts";

/** Everything that generated parts of documents say. */
export interface DocumentFacts {
  matrix: AccessMatrix;
  roles: Role[];
  claims: ClaimFact[];
  /** from which policies read the token */
  source: ClaimsSource;
  /** the setting in which a request hands over the token; null: it is not known */
  tokenSetting: string | null;
  context: ContextMap;
  /** groups of relations, by the config */
  groups: { name: string; matches: (relation: string) => boolean }[];
  /** the column that says whose a row is, and its claim; null: no policy gives it away */
  tenant: Tenant | null;
  plan: StoredPlan | null;
  /** the evidence about this plan */
  lines: Line[];
  approvals: Approval[];
}

/** A claim that policies read. */
export interface ClaimFact extends ClaimUse {
  type: string;
  /** functions that write it where tokens are made, each with the column that it copies */
  writers: { key: FunctionKey; column: string | null }[];
}

/** What the documents of a project say, by its catalog, its config, its plan and its evidence. */
export function documentFacts({ catalog }: Pick<Source, "catalog">, config: Config, projectDir: string): DocumentFacts {
  const source = claimsSourceOf(config.claims);
  // without the findings, which take longer than all the rest
  const facts = analyseFunctions(catalog, source);
  const classified = classify(catalog, source, facts);
  const context = contextMapOf(config);
  const plan = readStoredPlan(planPath(projectDir));
  const writers = facts.flatMap((fact) => fact.writesClaims.map((write) => ({ fact, ...write })));
  return {
    matrix: accessMatrix({ catalog, classified, facts, source }),
    roles: catalog.roles,
    claims: claimUses(catalog, classified, source).map((use): ClaimFact => ({
      ...use,
      type: context.variables.find(({ claim }) => samePath(claim, use.path))?.type ?? "text",
      writers: writers
        .filter(({ path }) => samePath(path, use.path))
        .map(({ fact, column }) => ({ key: functionKey(fact), column })),
    })),
    source,
    tokenSetting: tokenSettingOf(source, facts),
    context,
    groups: contextsOf(config),
    tenant: inferTenant(catalog, context),
    plan,
    lines: linesOf(readEvidence(projectDir).read).filter(({ subject }) => plan !== null && subject.plan === plan.hash),
    approvals: approvalsOf(projectDir).filter(({ planHash }) => planHash === plan?.hash),
  };
}

/** `request.jwt.claims`, from which Supabase's functions read the token (repository supabase/postgres), or what a function of the project reads. */
function tokenSettingOf(source: ClaimsSource, facts: readonly FunctionFacts[]): string | null {
  if (source.kind === "setting") return source.setting;
  if (nameKey(source) === "auth.jwt") return "request.jwt.claims";
  const own = facts.find((fact) => fact.schema === source.schema && fact.name === source.name);
  const read = own ? reach(functionIndex(facts), own).flatMap((one) => one.facts.reads) : [];
  return read[0]?.setting ?? null;
}

/** A file that holds parts, relative to the project. */
export interface DocumentFile {
  path: string;
  parts: DocumentPart[];
}
