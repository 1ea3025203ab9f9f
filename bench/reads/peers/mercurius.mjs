// Mercurius with its JIT and its own loaders, as its documentation has it.
import Fastify from "fastify";
import mercurius from "mercurius";
import { resolvers, rowOfEach, rowsOfEach, typeDefs, viewerOf } from "./database.mjs";

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  // A loader's cache keys objects by their JSON, which costs more than it spares, even for spaces, which many
  // publications share: measured.
  loaders: {
    Upload: {
      productions: {
        loader: (queries) => rowsOfEach("productionsOfUploads", queries.map(({ obj }) => obj.id), "uploadId"),
        opts: { cache: false },
      },
    },
    Production: {
      upload: {
        loader: (queries) => rowOfEach("uploads", queries.map(({ obj }) => obj.uploadId)),
        opts: { cache: false },
      },
      publications: {
        loader: (queries) =>
          rowsOfEach("publicationsOfProductions", queries.map(({ obj }) => obj.id), "productionId"),
        opts: { cache: false },
      },
    },
    Publication: {
      space: {
        loader: (queries) => rowOfEach("spaces", queries.map(({ obj }) => obj.spaceId)),
        opts: { cache: false },
      },
    },
  },
  context: async (request) => ({ viewerId: await viewerOf(request.headers.authorization) }),
  jit: 1,
});
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 2048 });
