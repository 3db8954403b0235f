import type { ApplyResult, Approval, Entry, RollbackResult } from "../apply/index.ts";
import type { ClassifiedPolicy, FunctionFacts, InferredContext } from "../classify/index.ts";
import type {
  Behaviour,
  Cause,
  ClaimsFacts,
  ClaimsReport,
  Counted,
  Members,
  StaleTokens,
  SyncSource,
  Tokens,
} from "../claims/index.ts";
import type { Callers, SqlCleanup } from "../cleanup/sql/index.ts";
import type { Finding } from "../finding.ts";
import type { ChangeEntry, Impact, RelationImpact, Untold, UntoldOfAll } from "../impact/index.ts";
import type { Fault, Line } from "../evidence/index.ts";
import type { OutputNames } from "../migration-tools/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { FunctionKey, NameKey } from "../pg/name.ts";
import type { FileKind } from "../cleanup/code/index.ts";
import type { CodeCleanup } from "../pipeline/cleanup-code.ts";
import type { GuardsCleanup } from "../pipeline/cleanup-guards.ts";
import type { TestsCleanup } from "../pipeline/tests-result.ts";
import type { TriedDrop } from "../pipeline/cleanup-sql.ts";
import type { DeclaredSchema } from "../pipeline/declared.ts";
import type { InitFacts } from "../pipeline/init.ts";
import type { FigureDifference } from "../pipeline/check-evidence.ts";
import type { Status } from "../pipeline/status.ts";
import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { ReadLeft } from "../pipeline/reads-left.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import type { SideProof } from "../pipeline/side.ts";
import type { Migration, Plan } from "../plan/index.ts";
import type { CallRehearsal, Rehearsal } from "../rehearse/index.ts";
import type { Platform } from "../scratch/index.ts";
import type { TakenBack } from "../pipeline/taken-back.ts";
import type { Notified } from "../pipeline/webhook.ts";
import type { Cause as GateCause, Gate, Lack, Sample } from "../watch/index.ts";
import type { Cell, Comparison, MutantOutcome, MutationCounts, PolicyMutant, Verification } from "../verify/index.ts";
import type { Checked } from "./properties.ts";

// docs/schemas/ is made from these types by `npm run docs`: what they say of a key is said there.

export type { ErrorJson } from "./error-json.ts";

/** Output of `rlsmith init`. */
export interface InitJson extends InitFacts {
  format: "rlsmith-init";
  formatVersion: 1;
  /** the config that was written, absolute */
  file: string;
  /** the next command, or what has to be answered first */
  next: string;
}

/** Output of `rlsmith inspect`; docs/inspect-json.md describes it. */
export interface InspectJson {
  format: "rlsmith-inspect";
  formatVersion: 1;
  catalog: Catalog;
  policies: readonly ClassifiedPolicy[];
  functions: readonly FunctionFacts[];
  findings: readonly Finding[];
  context: InferredContext;
  /** the platform that was assumed; null: a live database */
  platform: Platform | null;
}

/** Output of `rlsmith plan`. */
export interface PlanJson extends PlanProof {
  format: "rlsmith-plan";
  formatVersion: 1;
  plan: Plan;
  files: OutputNames;
  /** the text of the files */
  migration: Migration;
  /** null: none was asked for, or the plan has no steps */
  rehearsal: Rehearsal | null;
  platform: Platform | null;
  /** files of a declared schema that a person must change */
  declared: DeclaredSchema[];
  /** reads of a mapped variable that the plan leaves */
  readsLeft: readonly ReadLeft[];
  /** rule sets that are off and would change something */
  offers: readonly RuleOffer[];
}

/** Output of `rlsmith cleanup --sql`. */
export interface CleanupSqlJson {
  format: "rlsmith-cleanup-sql";
  formatVersion: 1;
  plan: Plan;
  /** every function that is concerned, with what became of it */
  cleanup: SqlCleanup;
  /** what may still call the functions that set the variables */
  callers: Callers;
  /** the drop of these functions, tried in a transaction that was rolled back; null: nothing was to be dropped */
  dropCheck: TriedDrop | null;
  files: OutputNames;
  /** the text of the files */
  migration: Migration;
  /** null: none was asked for, or there are no steps */
  rehearsal: Rehearsal | null;
  calls: CallRehearsal | null;
}

/** What is known of a plan before it is complete; printed together with an error only. */
export type PlanSoFar = Pick<PlanJson, "plan" | "platform"> & Partial<PlanProof>;

/** Output of `rlsmith prove BEFORE AFTER`. */
export interface ProveJson extends SideProof {
  format: "rlsmith-prove";
  formatVersion: 1;
  before: string;
  after: string;
  platform: { before: Platform | null; after: Platform | null };
}

/** Output of `rlsmith prove --never`. */
export interface PropertiesJson {
  format: "rlsmith-properties";
  formatVersion: 1;
  side: string;
  properties: Checked[];
  platform: Platform | null;
}

/** Output of `rlsmith rehearse`. */
export type RehearsalJson =
  | ({
      format: "rlsmith-rehearsal";
      formatVersion: 1;
      rehearsed: true;
      /** of a clean-up: its functions, called before and after */
      calls?: CallRehearsal;
    } & Rehearsal)
  /** the plan changes nothing */
  | { format: "rlsmith-rehearsal"; formatVersion: 1; rehearsed: false };

/** Output of `rlsmith verify`. */
export interface VerificationJson extends Omit<Verification, "cells" | "notSettled"> {
  cells: Cell[];
  cellCount: number;
  /** `why`: the cause in words */
  notSettled: (Verification["notSettled"][number] & { why: string })[];
  /** the platform that the scratch database reproduces; null: a live database */
  platform: Platform | null;
  /** with `--compare` */
  comparison?: Comparison;
}

/** Output of `rlsmith verify --emit`. */
export interface EmittedJson extends Pick<Verification, "breaches" | "conclusive" | "settlement"> {
  format: "rlsmith-emitted";
  formatVersion: 1;
  /** the file of tests, absolute */
  file: string;
}

/** Output of `rlsmith verify --mutants`. */
export interface MutantsJson extends Omit<MutationCounts, "mutants"> {
  format: "rlsmith-mutants";
  formatVersion: 1;
  /** the share of noticed mutants among those that can be noticed, from 0 to 1 */
  killed: number;
  /** the counts of each kind of mutant */
  kinds: Partial<Record<PolicyMutant["kind"], MutationCounts>>;
  mutants: (Pick<PolicyMutant, "name" | "policy" | "kind"> & {
    /** they weaken the policy */
    statements: PolicyMutant["apply"];
    /** the cell that noticed it */
    noticed: MutantOutcome["noticed"];
    survivor: MutantOutcome["survivor"];
  })[];
}

/** Something that is not known, with its cause as a tag and in words. */
export interface UnknownInWords {
  kind: "unknown";
  why: string;
  because: Cause;
}

// not exported: an exported type is a definition of the schema, and one for each T would have a name that no one can read
type InWords<T> = { kind: "known"; value: T } | UnknownInWords;

/** The relation that feeds the claims. */
export interface ClaimsSourceJson extends Omit<SyncSource, "relation" | "unsure"> {
  relation: NameKey;
  /** the reason why the active rows are not known, in words; null if they are */
  unsure: string | null;
}

type Hook = ClaimsFacts["hooks"][number];

/** Output of `rlsmith claims`. */
export interface ClaimsJson
  extends
    Pick<ClaimsReport, "readFrom" | "jwtExpirySeconds" | "findings">,
    Pick<ClaimsFacts, "triggers" | "writers" | "readClaims" | "readsUserMetadata" | "overwriters" | "setters"> {
  format: "rlsmith-claims";
  formatVersion: 1;
  source: InWords<ClaimsSourceJson>;
  /** the behaviour of the triggers; null: there is none to try */
  behaviour: InWords<Behaviour[]> | null;
  members: InWords<Members> | null;
  ownMetadata: InWords<Counted> | null;
  tokens: InWords<Tokens>;
  /** null: nothing records when a row changed */
  staleTokens: InWords<StaleTokens> | null;
  hooks: {
    function: FunctionKey;
    definition: string;
    /** the paths that its body adds to the claims, as far as it can be read */
    sets: string[][];
    trial:
      | Extract<Hook["trial"], { kind: "called" }>
      | (Extract<Hook["trial"], { kind: "not-called" }> & { why: string });
  }[];
  platform: Platform | null;
}

/** Output of `rlsmith impact`. */
export interface ImpactJson extends Omit<Impact, "relations" | "untold"> {
  format: "rlsmith-impact";
  formatVersion: 1;
  relations: (Omit<RelationImpact, "changes" | "untold"> & {
    /** `why`: the reason in words */
    changes: (ChangeEntry & { why: string | null })[];
    /** `why`: the cause in words */
    untold: (Untold & { why: string })[];
  })[];
  /** what concerns all relations; `why`: the cause in words */
  untold: (UntoldOfAll & { why: string })[];
}

/** Output of `rlsmith approve`. */
export interface ApprovalJson extends Approval {
  format: "rlsmith-approval";
  formatVersion: 1;
}

/** Output of `rlsmith apply`. */
export interface ApplyJson extends ApplyResult {
  format: "rlsmith-apply";
  formatVersion: 1;
}

/** Output of `rlsmith rollback`. */
export interface RollbackJson extends RollbackResult {
  format: "rlsmith-rollback";
  formatVersion: 1;
}

/** Output of `rlsmith history`. */
export interface HistoryJson {
  format: "rlsmith-history";
  formatVersion: 1;
  /** oldest first, with the states before and after each */
  entries: (Entry & { /** it has not been taken back */ inForce: boolean })[];
}

/** Output of `rlsmith cleanup --code`. */
export interface CleanupJson {
  format: "rlsmith-cleanup-code";
  formatVersion: 1;
  /** with `--code` */
  code?: CleanupCodeJson;
}

/** What `rlsmith cleanup --code` found. */
export interface CleanupCodeJson extends Pick<CodeCleanup, "changes" | "shapes" | "mentions" | "judge" | "written"> {
  /** the session variables, and the functions in SQL that set them */
  retired: { settings: string[]; functions: string[] };
  /** what a person has to decide; the exit code is 3 while there is something; `why`: the reason in words */
  decisions: (CodeCleanup["decisions"][number] & { why: string })[];
  /** what the config has decided; `because`: its reason, `why`: what it would have been asked for */
  decided: (CodeCleanup["decided"][number] & { why: string })[];
  /** the files that change */
  files: { path: string; kind: FileKind; deleted: boolean; linesRemoved: number; linesAdded: number }[];
  /** by what the files are for; a file that only gets another name counts with the lines that change */
  linesRemoved: Record<FileKind, number>;
  /** for `git apply`, in the root of the repository */
  patch: string;
}

/** Output of `rlsmith cleanup --guards`. */
export interface CleanupGuardsJson extends Pick<GuardsCleanup, "blocking" | "mentions" | "written" | "migrations"> {
  format: "rlsmith-cleanup-guards";
  formatVersion: 1;
  /** the session variables, the functions in SQL that set them, and the functions of the application that call these */
  retired: { settings: string[]; functions: string[]; code: string[] };
  /** the parts that go; `why`: the evidence in words */
  removed: (GuardsCleanup["removed"][number] & { why: string })[];
  /** what a person has to look at; the exit code is 3 while there is something; `why`: the reason in words */
  left: (GuardsCleanup["left"][number] & { why: string })[];
  /** guards that refuse the old pattern */
  kept: GuardsCleanup["forbids"];
  /** the files that change */
  files: { path: string; deleted: boolean; linesRemoved: number; linesAdded: number }[];
  /** for `git apply`, in the root of the repository */
  patch: string;
}

/** Output of `rlsmith cleanup --tests`. */
export interface CleanupTestsJson extends Pick<
  TestsCleanup,
  "removed" | "keptByConfig" | "failing" | "missing" | "restsOnEmitted" | "suite" | "judge" | "written"
> {
  format: "rlsmith-cleanup-tests";
  formatVersion: 1;
  /** the session variables, and the functions in SQL that set them */
  retired: { settings: string[]; functions: string[] };
  /** what stays, for a person to decide; the exit code is 3 while there is something; `why`: the reason in words */
  kept: (TestsCleanup["kept"][number] & { why: string })[];
  /** the cases that prove nothing about row security; `why`: the reason in words */
  idle: (Omit<TestsCleanup["idle"][number], "why"> & { reason: TestsCleanup["idle"][number]["why"]; why: string })[];
  /** the files that change */
  files: { path: string; deleted: boolean; linesRemoved: number; linesAdded: number }[];
  /** for `git apply`, in the root of the repository */
  patch: string;
}

/** A whole result that a command prints. */
export type JsonOutput =
  | InitJson
  | InspectJson
  | PlanJson
  | CleanupSqlJson
  | ProveJson
  | PropertiesJson
  | RehearsalJson
  | VerificationJson
  | EmittedJson
  | MutantsJson
  | ClaimsJson
  | ImpactJson
  | ApprovalJson
  | CleanupJson
  | CleanupGuardsJson
  | CleanupTestsJson
  | ApplyJson
  | RollbackJson
  | HistoryJson
  | GateJson
  | RecorderJson
  | WatchJson
  | StatusJson
  | EvidenceLineJson
  | EvidenceJson;

/** Output of `rlsmith gate`. */
export interface GateJson extends Omit<Gate, "judgements"> {
  format: "rlsmith-gate";
  formatVersion: 1;
  judgements: (Omit<Gate["judgements"][number], "causes" | "notes" | "lacks"> & {
    causes: (GateCause & { why: string })[];
    notes: (GateCause & { why: string })[];
    lacks: (Lack & { why: string })[];
  })[];
}

/** Output of `rlsmith watch --recorder`. */
export interface RecorderJson {
  format: "rlsmith-recorder";
  formatVersion: 1;
  target: string;
  /** those that are counted apart; all others are counted together */
  roles: string[];
  /** keys from the root of the token */
  claims: string[][];
  /** the login of PostgREST, whose `pgrst.db_pre_request` the migration sets; null: the application calls the function */
  login: string | null;
  /** the function that is called after the recorder, as before; null: none */
  preRequest: string | null;
  /** a login whose setting for this database alone a person has to change; null: none */
  ownSetting: string | null;
  /** absolute paths */
  files: { up: string; down: string };
  migration: { up: string; down: string };
}

/** Output of `rlsmith watch`: the newest sample, and what all of them say. */
export interface WatchJson {
  format: "rlsmith-watch";
  formatVersion: 1;
  sample: Sample;
  /** false: another watcher was first, and this sample was not kept */
  kept: boolean;
  gate: Omit<GateJson, "format" | "formatVersion">;
  /** messages to the webhook; null: the target has none */
  notified: Notified | null;
  /** the rollback of --on-fail; null: there was none */
  takenBack: TakenBack | null;
}

/** Output of `rlsmith status`. */
export interface StatusJson extends Status {
  format: "rlsmith-status";
  formatVersion: 1;
  /** the step that comes next; null: all is done */
  next: string | null;
}

/** Output of `rlsmith attest`: the line of evidence. */
export interface EvidenceLineJson extends Line {
  format: "rlsmith-evidence-line";
}

/** Output of `rlsmith evidence verify`. */
export interface EvidenceJson {
  format: "rlsmith-evidence";
  formatVersion: 1;
  lines: number;
  faults: Fault[];
  differences: FigureDifference[];
}
