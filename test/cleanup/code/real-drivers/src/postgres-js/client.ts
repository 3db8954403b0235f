import postgres from "postgres";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";

export const sql = postgres(DATABASE_URL, { max: POOL_SIZE });
