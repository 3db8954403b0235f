import type { Finding } from "../finding.ts";
import type { Answer, SyncSource } from "./source/index.ts";
import type { HookTrial, TokenHook, Counted, Members, ClaimSetter, StaleTokens, Tokens } from "./members/index.ts";
import type { Behaviour } from "./probe/index.ts";
import type { SyncTrigger } from "./trigger/index.ts";

/** Everything that was asked and answered about the claims of a database. */
export interface ClaimsFacts {
  source: Answer<SyncSource>;
  triggers: SyncTrigger[];
  /** names of all triggers that write claims, whether or not they can be read */
  writers: string[];
  /** what the triggers do, by doing it on a scratch database; null where there is none to try */
  behaviour: Answer<Behaviour[]> | null;
  members: Answer<Members> | null;
  /** users who hold a synced claim's key in the metadata that they write themselves */
  ownMetadata: Answer<Counted> | null;
  tokens: Answer<Tokens>;
  /** null: nothing says when a row changed */
  staleTokens: Answer<StaleTokens> | null;
  hooks: { hook: TokenHook; trial: HookTrial }[];
  /** claims under app_metadata that policies and functions read */
  readClaims: string[][];
  /** policies and functions that read user_metadata */
  readsUserMetadata: { what: string; at: Finding["at"]; claims: string[] }[];
  /** functions by which users can write app_metadata */
  setters: ClaimSetter[];
}

/** The result of `claims`: facts about a database, and the findings that follow from them. */
export interface ClaimsReport {
  /** a live database, or what the migrations make, whose rows are only those that they insert */
  readFrom: "live" | "migrations";
  jwtExpirySeconds: number;
  facts: ClaimsFacts;
  findings: Finding[];
}
