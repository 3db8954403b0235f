export type { LogFormat } from "./format.ts";
export { plantDenial, sendHeartbeat } from "./heartbeat.ts";
export { readLog, type LogSource, type ReadLogOptions } from "./read-log.ts";
export { lacksOfSettings, readLogSettings, type LogSettings } from "./settings.ts";
