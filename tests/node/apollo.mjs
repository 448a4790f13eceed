// @apollo/client: a query whose things are kept by their ids, a mutation that changes one of them, and a subscription through GraphQLWsLink.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions/index.js';
import { getMainDefinition } from '@apollo/client/utilities/index.js';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { URL: url, TOKEN: token } = process.env;
const sockets = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: { Authorization: `Bearer ${token}` } });
const isSubscription = ({ query }) => getMainDefinition(query).operation === 'subscription';
const client = new ApolloClient({
  link: ApolloLink.split(isSubscription, new GraphQLWsLink(sockets), new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } })),
  // What has an id of its own within something else is part of that.
  cache: new InMemoryCache({ typePolicies: { Criterion: { keyFields: false }, Phase: { keyFields: false }, PhaseCount: { keyFields: false } } }),
});

const read = gql`query Read { team(id: "wells-team") { id name graduation { status criteria { id met } } home { id name } products { id name phase { id title } } } }`;
const first = await client.query({ query: read });
const kept = Object.keys(client.cache.extract()).filter((key) => key !== 'ROOT_QUERY').sort();

const told = new Promise((resolve, reject) => {
  client
    .subscribe({ query: gql`subscription Changed { changed(products: ["wells"]) { positions nodes { id ... on Product { name phase { id title } } } } }` })
    .subscribe({ next: ({ data }) => resolve(data.changed), error: reject });
});
await new Promise((resolve) => { sockets.on('message', (m) => m.type === 'connection_ack' && setTimeout(resolve, 200)); });

const said = await client.mutate({
  mutation: gql`mutation Enter($input: EnterPhaseInput!) { enterPhase(input: $input) { id version position node { id ... on Product { phase { id title } } } } }`,
  variables: { input: { product: 'product:wells', phase: 'alpha' } },
});
const changed = await told;
const again = await client.query({ query: read, fetchPolicy: 'cache-only' });
const refused = await client
  .mutate({
    mutation: gql`mutation { submitBid(input: { investment: "none", amount: { amount: "1.00", currency: "CAD" }, body: "Treasury" }) { id } }`,
    errorPolicy: 'all',
  })
  .catch((error) => ({ error }));
await sockets.dispose();
client.stop();
console.log(
  JSON.stringify({
    name: first.data.team.name,
    kept,
    said: said.data.enterPhase,
    changed,
    phaseFromCache: again.data.team.products[0].phase,
    refused: (refused.error?.errors ?? [refused.error])[0].extensions ?? String(refused.error),
  }),
);
process.exit(0);
