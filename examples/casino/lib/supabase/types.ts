import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database, Enums } from "@/types/database.types";

export type CasinoClient = SupabaseClient<Database>;
export type StaffRole = Enums<"staff_role">;
export type StaffStatus = Enums<"staff_status">;
