// Documents by their hashes: over HTTP twice by each client, then over a WebSocket that is lost in between.
import { createHash } from "node:crypto";
import { gql } from "@apollo/client";
import { QUICK, config, tell, tellAnswer, tellingFetch, tellingSocket, token } from "./driver.mjs";
import { apolloPersisted } from "./page/apollo-persisted.mjs";
import { connect } from "./page/graphql-ws.mjs";
import { persisting } from "./page/persisting.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";
import { urqlPersisted } from "./page/urql-persisted.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const headers = { authorization: `Bearer ${await token("good")()}` };

for (const watch of ["apollo", "apollo again"]) {
  const client = apolloPersisted(config.http, sha256, { headers, fetch: tellingFetch(watch) });
  tellAnswer(watch, await client.query({ query: gql`query OfApollo { viewer { name } }` }));
}
for (const watch of ["urql", "urql again"]) {
  const client = urqlPersisted(config.http, { fetchOptions: { headers }, fetch: tellingFetch(watch) });
  tellAnswer(watch, await client.query("query OfUrql { viewer { name } }", {}));
}
const client = connect(config.ws, token("good"), { ...QUICK, webSocketImpl: tellingSocket("socket") });
resuming(persisting(client, sha256)).subscribe({ query: STATUS, variables: { id: config.id } }, tell("socket"));
