// Mercurius with its Redis emitter, as its documentation has it.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import mercurius from "mercurius";
import mqemitterRedis from "mqemitter-redis";

const { PORT, REDIS_URL } = process.env;
const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"),
  resolvers: {
    Query: { ready: () => true },
    Subscription: {
      productionStatusChanged: {
        subscribe: (_, { id }, { pubsub }) => pubsub.subscribe(`productionStatusChanged:${id}`),
      },
    },
  },
  jit: 1,
  subscription: { emitter: mqemitterRedis({ connectionString: REDIS_URL }) },
});
await app.listen({ host: "127.0.0.1", port: Number(PORT), backlog: 2048 });
