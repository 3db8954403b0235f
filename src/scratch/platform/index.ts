/** The platform that a scratch database imitates: Supabase, with the defaults of its day, or PostgreSQL alone. */
export { beforeFile, beforeFirstFile } from "./grants-sql.ts";
export { platformAlike, platformOf } from "./platform-of.ts";
export { EARLIER_SUPABASE, type AssumptionSource, type DefaultGrants, type Platform } from "./platform.ts";
