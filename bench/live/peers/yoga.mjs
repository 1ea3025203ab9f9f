// GraphQL Yoga with graphql-ws, its events by Redis, as its documentation has it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRedisEventTarget } from "@graphql-yoga/redis-event-target";
import { createPubSub } from "@graphql-yoga/subscription";
import { useServer } from "graphql-ws/use/ws";
import { createSchema, createYoga } from "graphql-yoga";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";

const { PORT, REDIS_URL } = process.env;
const pubSub = createPubSub({
  eventTarget: createRedisEventTarget({
    publishClient: new Redis(REDIS_URL),
    subscribeClient: new Redis(REDIS_URL),
  }),
});
const yoga = createYoga({
  logging: "warn",
  schema: createSchema({
    typeDefs: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"),
    resolvers: {
      Query: { ready: () => true },
      Subscription: {
        productionStatusChanged: {
          subscribe: (_, { id }) => pubSub.subscribe("productionStatusChanged", id),
          resolve: (event) => event,
        },
      },
    },
  }),
});
const server = createServer(yoga);
useServer(
  {
    execute: (args) => args.rootValue.execute(args),
    subscribe: (args) => args.rootValue.subscribe(args),
    onSubscribe: async (context, _id, params) => {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      });
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      };
      const errors = validate(args.schema, args.document);
      return errors.length > 0 ? errors : args;
    },
  },
  new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
);
server.listen({ host: "127.0.0.1", port: Number(PORT), backlog: 2048 });
