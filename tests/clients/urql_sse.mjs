import { QUICK_SSE, config, tell, token } from "./driver.mjs";
import { connectSse } from "./page/graphql-sse.mjs";
import { resuming } from "./page/resuming.mjs";
import { STATUS } from "./page/status.mjs";
import { urql } from "./page/urql.mjs";

function watch(name, client) {
  urql(config.http, () => "", client)
    .subscription(STATUS, { id: config.id })
    .subscribe(tell(name).next);
}

const client = connectSse(config.http, token("good"), QUICK_SSE);
watch("resuming", resuming(client));
watch("plain", client);
watch("revoked", resuming(connectSse(config.http, token("revoked"), QUICK_SSE)));
watch("wrong", resuming(connectSse(config.http, token("wrong"), QUICK_SSE)));
