import { QUICK, config, tell, tellCodes, token } from "./driver.mjs";
import { connect } from "./page/graphql-ws.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";
import { urql } from "./page/urql.mjs";

function watch(name, socket) {
  urql(config.http, () => "", socket)
    .subscription(STATUS, { id: config.id })
    .subscribe(tell(name).next);
}

const socket = tellCodes(connect(config.ws, token("good"), QUICK), "resuming");
watch("resuming", resuming(socket));
watch("plain", socket);
watch("revoked", resuming(connect(config.ws, token("revoked"), QUICK)));
