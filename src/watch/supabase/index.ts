export { askManagementApi } from "./management-api.ts";
export { sendGatewayHeartbeat } from "./gateway-heartbeat.ts";
export { askSupabaseCli } from "./cli.ts";
export { readSupabaseLog, type SupabaseLogOptions } from "./read-supabase-log.ts";
export type { AskLogs, LogAnswer, ServiceFault } from "./service.ts";
