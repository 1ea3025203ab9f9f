// GraphQL Yoga with graphql-jit and DataLoader, as their documentation has it.
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { resolvers, rowOfEach, rowsOfEach, typeDefs, viewerOf } from "./database.mjs";

const loaders = () => ({
  upload: new DataLoader((ids) => rowOfEach("uploads", ids)),
  productions: new DataLoader((ids) => rowsOfEach("productionsOfUploads", ids, "uploadId")),
  publications: new DataLoader((ids) => rowsOfEach("publicationsOfProductions", ids, "productionId")),
  space: new DataLoader((ids) => rowOfEach("spaces", ids)),
});

const yoga = createYoga({
  logging: "warn",
  graphiql: false,
  landingPage: false,
  // Parsed and validated documents are kept unless one says otherwise.
  plugins: [useGraphQlJit()],
  context: async ({ request }) => ({
    viewerId: await viewerOf(request.headers.get("authorization")),
    loaders: loaders(),
  }),
  schema: createSchema({
    typeDefs,
    resolvers: {
      ...resolvers,
      Upload: { productions: ({ id }, _, { loaders }) => loaders.productions.load(id) },
      Production: {
        upload: ({ uploadId }, _, { loaders }) => loaders.upload.load(uploadId),
        publications: ({ id }, _, { loaders }) => loaders.publications.load(id),
      },
      Publication: { space: ({ spaceId }, _, { loaders }) => loaders.space.load(spaceId) },
    },
  }),
});
createServer(yoga).listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 2048 });
