// graphql-yoga in one process; MODE is plain, jit or cache.
import { createServer } from 'node:http'
import { useGraphQlJit } from '@envelop/graphql-jit'
import { useResponseCache } from '@graphql-yoga/plugin-response-cache'
import { createSchema, createYoga } from 'graphql-yoga'
import { answer, port, query, read } from '../told.mjs'

const plugins = {
  plain: [],
  jit: [useGraphQlJit()],
  cache: [useResponseCache({ session: () => null, ttl: 3_600_000, idFields: [] })]
}[process.env.MODE]
const schema = createSchema({ typeDefs: read('schema.graphql'), resolvers: { Query: query(answer()) } })
const yoga = createYoga({ schema, plugins, logging: false, graphiql: false, maskedErrors: false })
createServer(yoga).listen(port, '127.0.0.1')
