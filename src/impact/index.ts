/** Who loses or gains rows by a plan, on the rows and users of a database. */
export { driftFrom } from "./drift.ts";
export { impactOf, worldsOf, type ImpactOptions, type Users } from "./impact.ts";
export type {
  CannotTell,
  Change,
  ChangeEntry,
  CountedUsers,
  Impact,
  Reason,
  RelationImpact,
  Untold,
  UntoldOfAll,
  UserClass,
  UsersFrom,
} from "./result.ts";
export type { Limits } from "./relation.ts";
export { parseTokens, type TokenHolder } from "./tokens.ts";
export { settableOf, variableText, type User, type Variables } from "./user.ts";
export { usersOf } from "./users.ts";
