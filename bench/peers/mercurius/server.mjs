// mercurius on fastify, with its compiled queries from the first one on.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { answer, port, query, read } from '../told.mjs'

const app = Fastify()
app.register(mercurius, { schema: read('schema.graphql'), resolvers: { Query: query(answer()) }, jit: 1 })
await app.listen({ port, host: '127.0.0.1' })
