import type { QualifiedName } from "../../pg/name.ts";
import { type CallName } from "../expression/index.ts";
import type { SettingUse } from "../expression/index.ts";
import { type ClaimWrite, type SettingWrite } from "./writes.ts";

/** The values that one function takes from the request and the settings that it changes, in its own body. */
export interface FunctionFacts {
  schema: string;
  name: string;
  identityArguments: string;
  /** session variables that its body reads */
  reads: SettingUse[];
  sets: SettingWrite[];
  /** claims that its body reads */
  claims: string[][];
  writesClaims: ClaimWrite[];
  calls: FunctionCall[];
  /** relations that its body names */
  tables: QualifiedName[];
  /** the reason why not all of its body could be read; null if it could */
  opaque: string | null;
  /** true if a condition in it is true when a variable is unset or empty */
  failsOpen: boolean;
  /** the schemas in which its unqualified names are looked up; null where it runs with the caller's search_path */
  searchPath: string[] | null;
}

export interface FunctionCall extends CallName {
  /** the claim that is used where the call returns nothing */
  claimPath: string[] | null;
  /** by position: the caller's own argument that is passed on, or null */
  passes: (string | null)[];
}
