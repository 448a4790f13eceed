// Joins GraphiQL to this server's own /graphql: as the session of the pages, or with a token that the reader pastes above the editor.
// A page opens it with its query and variables in the address.
"use strict";

const token = document.getElementById("token");
const who = document.getElementById("who");
token.value = sessionStorage.getItem("headway.token") ?? "";

const asked = new URLSearchParams(location.search);
const authorization = () => (token.value.trim() ? { Authorization: `Bearer ${token.value.trim()}` } : {});
let session = null;

// Without a token or a session every answer is a refusal, so nothing is asked before there is one.
const unsigned = () => Response.json({ errors: [{ message: "Sign in, or paste a token above: nothing is answered without one." }] });

const endpoint = new URL("/graphql", location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({
  url: endpoint.href,
  fetch: (address, options) =>
    token.value.trim() || session
      ? fetch(address, { ...options, headers: { ...options.headers, ...authorization() } })
      : Promise.resolve(unsigned()),
  wsClient: graphqlWs.createClient({ url: socket.href, connectionParams: authorization }),
});

const fromAddress = asked.has("query")
  ? { query: asked.get("query"), variables: asked.get("variables") ?? "", operationName: asked.get("operationName") ?? undefined }
  : {};

const root = ReactDOM.createRoot(document.getElementById("ide"));
let signIns = 0;

// A new key mounts GraphiQL again: it asks for the schema once, and without a token that was refused.
const show = () =>
  root.render(
    React.createElement(GraphiQL, {
      key: signIns++,
      fetcher,
      defaultQuery: "# The teams of the portfolio as they stand today.\n{\n  portfolio {\n    world\n    asOf\n    teams(first: 10) {\n      nodes { id name }\n    }\n  }\n}\n",
      ...fromAddress,
    }),
  );

document.getElementById("sign-in").addEventListener("submit", (event) => event.preventDefault());
token.addEventListener("change", () => {
  sessionStorage.setItem("headway.token", token.value.trim());
  show();
});

fetch("/session")
  .then((answer) => answer.json())
  .then((found) => {
    session = found.who;
    who.textContent = session ? `Signed in as ${session}; a token goes before that.` : "";
  })
  .catch(() => {})
  .finally(show);
