// @urql/core: a query, a mutation, and a subscription as server-sent events by its own fetch, and over a WebSocket by graphql-ws.
import { Client, cacheExchange, fetchExchange, subscriptionExchange, gql } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { URL: url, TOKEN: token } = process.env;
const options = { url, preferGetMethod: false, fetchOptions: { headers: { authorization: `Bearer ${token}` } } };
const bySse = new Client({ ...options, exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true });
const sockets = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: { Authorization: `Bearer ${token}` } });
const bySocket = new Client({
  ...options,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});
const ask = gql`query Ask($first: Int!) { portfolio { organisations { id name } teams(first: $first) { totalCount } } }`;
const change = gql`subscription Change { changed(kinds: ["organisation"]) { positions nodes { id } } }`;

const followed = (client) => {
  let stop;
  const heard = new Promise((resolve, reject) => {
    ({ unsubscribe: stop } = client.subscription(change, {}).subscribe(({ data, error }) => (error ? reject(error) : resolve(data.changed))));
  });
  return { heard, stop: () => stop() };
};

const asked = await bySse.query(ask, { first: 5 }).toPromise();
const viaSse = followed(bySse);
const viaSocket = followed(bySocket);
await new Promise((resolve) => { sockets.on('message', (m) => m.type === 'connection_ack' && setTimeout(resolve, 500)); });
const said = await bySocket
  .mutation(gql`mutation { registerOrganisation(input: { organisation: "rain", name: "Ministry of Rain", currency: "CAD" }) { id position node { id } } }`, {})
  .toPromise();
const result = { asked: asked.data, said: said.data, error: String(asked.error ?? said.error ?? ''), sse: await viaSse.heard, socket: await viaSocket.heard };
viaSse.stop();
viaSocket.stop();
await sockets.dispose();
console.log(JSON.stringify(result));
process.exit(0);
