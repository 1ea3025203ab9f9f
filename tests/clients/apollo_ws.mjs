import { gql } from "@apollo/client";
import { QUICK, config, tell, tellCodes, token } from "./driver.mjs";
import { apollo } from "./page/apollo.mjs";
import { connect } from "./page/graphql-ws.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";

function watch(name, socket) {
  const client = apollo(config.http, token("good"), socket);
  client.subscribe({ query: gql(STATUS), variables: { id: config.id } }).subscribe(tell(name));
}

const socket = tellCodes(connect(config.ws, token("good"), QUICK), "resuming");
watch("resuming", resuming(socket));
watch("plain", socket);
watch("revoked", resuming(connect(config.ws, token("revoked"), QUICK)));
