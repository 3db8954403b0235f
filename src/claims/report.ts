import type { Finding } from "../finding.ts";
import type { FunctionName } from "../pg/by-function.ts";
import type { Answer, SyncSource } from "./source/index.ts";
import type { HookTrial, TokenHook, Counted, Members, ClaimSetter, StaleTokens, Tokens } from "./members/index.ts";
import type { Behaviour } from "./probe/index.ts";
import type { SyncTrigger } from "./trigger/index.ts";

/** All facts about the claims of a database. */
export interface ClaimsFacts {
  source: Answer<SyncSource>;
  triggers: SyncTrigger[];
  /** the names of all triggers that write claims, including those that cannot be read */
  writers: string[];
  /** the behaviour of the triggers, found by executing them in a scratch database; null if there is none to try */
  behaviour: Answer<Behaviour[]> | null;
  members: Answer<Members> | null;
  /** the users who hold the key of a synced claim in the metadata that they write themselves */
  ownMetadata: Answer<Counted> | null;
  tokens: Answer<Tokens>;
  /** null if nothing records when a row changed */
  staleTokens: Answer<StaleTokens> | null;
  hooks: { hook: TokenHook; trial: HookTrial }[];
  /** the claims under app_metadata that policies and functions read */
  readClaims: string[][];
  /** the policies and functions that read user_metadata; `behindPolicy`: a function that a policy calls */
  readsUserMetadata: { behindPolicy: boolean; at: Finding["at"]; claims: string[] }[];
  /** the functions that assign app_metadata whole, without the keys of others */
  overwriters: FunctionName[];
  /** the functions by which users can write app_metadata */
  setters: ClaimSetter[];
}

/** The result of `claims`: the facts about a database, and the findings that follow from them. */
export interface ClaimsReport {
  /** a live database, or the result of the migrations, which has only the rows that they insert */
  readFrom: "live" | "migrations";
  jwtExpirySeconds: number;
  facts: ClaimsFacts;
  findings: Finding[];
}
