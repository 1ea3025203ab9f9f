import { gql } from "@apollo/client";
import { config, tell, token } from "./driver.mjs";
import { apolloOverHttp } from "./page/apollo-http.mjs";
import { STATUS } from "./page/status.mjs";

const QUICK_RETRY = { retryMs: 1, silenceMs: 1000 };

function watch(name, of) {
  const client = apolloOverHttp(config.http, token(of), QUICK_RETRY);
  client.subscribe({ query: gql(STATUS), variables: { id: config.id } }).subscribe(tell(name));
}

watch("resuming", "good");
watch("revoked", "revoked");
watch("wrong", "wrong");
