import { QUICK_SSE, config, tell, token } from "./driver.mjs";
import { connectSse } from "./page/graphql-sse.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";

const request = { query: STATUS, variables: { id: config.id } };
const client = connectSse(config.http, token("good"), QUICK_SSE);
resuming(client).subscribe(request, tell("resuming"));
client.subscribe(request, tell("plain"));
resuming(connectSse(config.http, token("revoked"), QUICK_SSE)).subscribe(request, tell("revoked"));
resuming(connectSse(config.http, token("wrong"), QUICK_SSE)).subscribe(request, tell("wrong"));
