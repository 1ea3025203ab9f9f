import { QUICK, config, tell, tellCodes, token } from "./driver.mjs";
import { connect } from "./page/graphql-ws.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";
import { watch } from "./page/watch.mjs";

const request = { query: STATUS, variables: { id: config.id } };
const client = tellCodes(connect(config.ws, token("good"), QUICK), "resuming");
resuming(client).subscribe(request, tell("resuming"));
client.subscribe(request, tell("plain"));
watch(config.ws, token("revoked"), config.id, tell("revoked"), QUICK);
