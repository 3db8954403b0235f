/** Texts that may name a setting or a function and that are no part of a catalog. */
export interface Elsewhere {
  /** pg_db_role_setting: `entry` is `name=value`; null: all roles, all databases */
  settings: { role: string | null; database: string | null; entry: string }[];
  /** comments of objects other than relations, functions and policies, each with pg_describe_object */
  comments: { object: string; text: string }[];
  /** functions that belong to an extension and are not in C, each as regprocedure prints it */
  extensionFunctions: { name: string; body: string }[];
  /** the jobs of pg_cron that the login may see */
  jobs: { name: string; command: string }[];
  /** true if there are jobs that the login may not read */
  jobsUnread: boolean;
}

/** Nothing is known of it. */
export const NOWHERE: Elsewhere = { settings: [], comments: [], extensionFunctions: [], jobs: [], jobsUnread: false };

/** The name in an entry of pg_db_role_setting. */
export const settingOfEntry = (entry: string): string => entry.slice(0, entry.indexOf("="));
