// What the two Node servers that are written by hand share: statements, and who a token is.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { GraphQLScalarType } from "graphql";
import pg from "pg";

const MAX_TOKENS = 10_000;
const TOKEN_MS = 60_000;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, min: 10, max: 10 });
const viewers = new Map();

const UPLOAD = `id, title, filename, byte_size AS "byteSize", status, created_at AS "createdAt"`;
const PRODUCTION = `id, title, status, progress_percent AS "progressPercent", created_at AS "createdAt",
  upload_id AS "uploadId"`;
const STATEMENTS = {
  viewer: "SELECT user_id FROM access_tokens WHERE token_hash = $1 AND revoked_at IS NULL",
  uploadsOfOwner: `SELECT ${UPLOAD} FROM uploads
    WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
  production: `SELECT ${PRODUCTION} FROM productions WHERE id = $1 AND owner_id = $2`,
  uploads: `SELECT ${UPLOAD} FROM uploads WHERE id = ANY($1)`,
  productionsOfUploads: `SELECT ${PRODUCTION} FROM productions
    WHERE upload_id = ANY($1) ORDER BY created_at DESC, id DESC`,
  publicationsOfProductions: `SELECT id, status, published_at AS "publishedAt", space_id AS "spaceId",
    production_id AS "productionId" FROM publications
    WHERE production_id = ANY($1) AND status <> 'WITHDRAWN' ORDER BY created_at DESC, id DESC`,
  spaces: "SELECT id, slug, name FROM spaces WHERE id = ANY($1)",
  rename: `UPDATE uploads SET title = $3, updated_at = now() WHERE id = $1 AND owner_id = $2
    RETURNING ${UPLOAD}, updated_at AS "updatedAt"`,
};

// A statement with a name is parsed and planned once for each connection.
export async function rows(name, values) {
  return (await pool.query({ name, text: STATEMENTS[name], values })).rows;
}

// What a loader wants: for each key, in order, its row, or its list of rows.
export async function rowOfEach(name, ids) {
  const found = new Map();
  for (const row of await rows(name, [ids])) found.set(row.id, row);
  return ids.map((id) => found.get(id) ?? null);
}

export async function rowsOfEach(name, ids, link) {
  const found = new Map(ids.map((id) => [id, []]));
  for (const row of await rows(name, [ids])) found.get(row[link]).push(row);
  return ids.map((id) => found.get(id));
}

export async function viewerOf(authorization) {
  const known = viewers.get(authorization);
  if (known && known.until > Date.now()) return known.id;
  const hash = createHash("sha256").update(authorization?.slice("Bearer ".length) ?? "").digest("hex");
  const [found] = await rows("viewer", [hash]);
  if (!found) return null;
  if (viewers.size >= MAX_TOKENS) viewers.clear();
  viewers.set(authorization, { id: found.user_id, until: Date.now() + TOKEN_MS });
  return found.user_id;
}

export const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");

export const resolvers = {
  DateTime: new GraphQLScalarType({ name: "DateTime", serialize: (date) => date.toISOString() }),
  BigInt: new GraphQLScalarType({ name: "BigInt", serialize: Number }),
  Query: {
    viewer: (_, __, { viewerId }) => viewerId && { id: viewerId },
    production: async (_, { id }, { viewerId }) => (await rows("production", [id, viewerId]))[0],
  },
  Viewer: { uploads: ({ id }, { first }) => rows("uploadsOfOwner", [id, first]) },
  Mutation: {
    updateUpload: async (_, { input }, { viewerId }) => {
      const [upload] = await rows("rename", [input.uploadId, viewerId, input.title.trim()]);
      return { upload };
    },
  },
};
