import { PrismaPg } from "@prisma/adapter-pg";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";
import { PrismaClient } from "./generated.js";

export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: POOL_SIZE }) });
