import knex from "knex";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";

export const db = knex({ client: "pg", connection: DATABASE_URL, pool: { min: 0, max: POOL_SIZE } });
