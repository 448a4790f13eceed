// Joins GraphiQL to this server's own /graphql, with the token that the reader pastes above the editor.
"use strict";

const token = document.getElementById("token");
token.value = sessionStorage.getItem("headway.token") ?? "";

const authorization = () => (token.value.trim() ? { Authorization: `Bearer ${token.value.trim()}` } : {});

// Without a token every answer is a refusal, so nothing is asked before there is one.
const unsigned = () => Response.json({ errors: [{ message: "Paste a token above: nothing is answered without one." }] });

const endpoint = new URL("/graphql", location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = GraphiQL.createFetcher({
  url: endpoint.href,
  fetch: (address, options) =>
    token.value.trim() ? fetch(address, { ...options, headers: { ...options.headers, ...authorization() } }) : Promise.resolve(unsigned()),
  wsClient: graphqlWs.createClient({ url: socket.href, connectionParams: authorization }),
});

const root = ReactDOM.createRoot(document.getElementById("ide"));
let signIns = 0;

// A new key mounts GraphiQL again: it asks for the schema once, and without a token that was refused.
const show = () =>
  root.render(
    React.createElement(GraphiQL, {
      key: signIns++,
      fetcher,
      defaultQuery: "# The teams of the portfolio as they stand today.\n{\n  portfolio {\n    world\n    asOf\n    teams(first: 10) {\n      nodes { id name }\n    }\n  }\n}\n",
    }),
  );

document.getElementById("sign-in").addEventListener("submit", (event) => event.preventDefault());
token.addEventListener("change", () => {
  sessionStorage.setItem("headway.token", token.value.trim());
  show();
});

show();
