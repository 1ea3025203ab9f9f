// PostGraphile 5 with its preset for new schemas, as its documentation has it. Nobody is asked who they are.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public"],
      poolConfig: { min: 10, max: 10 },
    }),
  ],
  // Lists as such, beside connections.
  schema: { defaultBehavior: "list" },
  grafserv: { graphiql: false, watch: false, graphqlOverGET: true },
  grafast: { explain: false },
});
// The plan of a schema is made before anybody asks.
await instance.getSchema();
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 2048 });
