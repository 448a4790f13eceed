// Apollo Gateway over the two subgraphs.
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { port, read } from '../told.mjs'

const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: read('supergraph.graphql') }) })
await startStandaloneServer(server, { listen: { port, host: '127.0.0.1' } })
